from telephony.simulator.phone import Desk


def test_hears(phone, application, control):
    application.pages["/voice/"] = (
        "<Response><Say>Welcome</Say><Gather numDigits='1' action='/menu/'><Say>Press one</Say></Gather></Response>"
    )
    application.pages["/menu/"] = lambda r: (
        f"<Response><Say>You pressed {r['form']['Digits']}</Say><Hangup/></Response>"
    )
    call = phone.dial("+4721000001")
    call.wait_for("press one").press("1").wait_for("you pressed 1").wait_for("completed")
    control.settle()
    form = application.to("/voice/")[0]
    assert len(form) == 27, sorted(form)
    assert application.to("/status/")[0]["CallStatus"] == "completed"


def test_queue_conf(phone, application, control, box):
    import requests

    application.pages["/voice/"] = (
        "<Response><Say>Hi</Say><Enqueue waitUrl='/wait/' action='/next/'>q</Enqueue></Response>"
    )
    application.pages["/wait/"] = "<Response><Say>You are number one</Say></Response>"
    application.pages["/next/"] = (
        "<Response><Dial><Conference endConferenceOnExit='true'>call-1</Conference></Dial></Response>"
    )
    application.pages["/op/"] = "<Response><Dial><Conference>call-1</Conference></Dial></Response>"
    call = phone.dial("+4721000001").wait_for("number one").wait_for("waiting")
    desk = Desk(control, "op_7")
    api = requests.Session()
    api.auth = (box.account_sid, box.auth_token)
    base = f"{box.url}/2010-04-01/Accounts/{box.account_sid}"
    r = api.post(
        f"{base}/Calls.json",
        data=[
            ("To", "client:op_7"),
            ("From", "+4721000001"),
            ("Url", application.url + "/op/"),
            ("StatusCallback", application.url + "/opstatus/"),
            ("StatusCallbackEvent", "initiated"),
            ("StatusCallbackEvent", "ringing"),
            ("StatusCallbackEvent", "answered"),
            ("StatusCallbackEvent", "completed"),
        ],
    )
    assert r.status_code == 201, r.text
    leg = desk.answer()
    r = api.post(f"{base}/Calls/{call.sid}.json", data={"Url": application.url + "/next/"})
    assert r.status_code == 200, r.text
    call.wait_for("talking")
    leg.say("hello there")
    call.wait_for("hello there")
    call.hang_up().wait_for("completed")
    leg.wait_for("completed")
    control.settle()
    assert [f["CallStatus"] for f in application.to("/opstatus/")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    assert application.to("/next/")[0]
    api.close()
