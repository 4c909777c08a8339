"""What each verb does, heard at the telephone and read in the application."""

import pytest

from telephony.simulator.phone import Desk, Handset, NothingHappened, Phone
from tests.simulator.application import Application


def document(*verbs: str) -> str:
    return f"<Response>{''.join(verbs)}</Response>"


NUMBER = "+4721000001"


def test_a_real_inbound_request_has_27_fields(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Say>Hello</Say>")
    call = phone.dial(NUMBER, caller="+4790112233").wait_for("completed")
    form = application.to("/voice/")[0]
    assert len(form) == 27
    assert (form["CallStatus"], form["Direction"], form["CallSid"]) == ("ringing", "inbound", call.sid)
    assert form["From"] == form["Caller"] == "+4790112233"
    assert form["To"] == form["Called"] == NUMBER
    assert form["FromCity"] == "" and form["FromCountry"] == "NO"


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "sip:ola@example.org", "client:alice", "116", "Üñî ☎"])
def test_odd_callers_are_passed_on_as_they_are(phone: Phone, application: Application, caller: str) -> None:
    application.pages["/voice/"] = document("<Say>Hello</Say>")
    phone.dial(NUMBER, caller=caller).wait_for("completed")
    assert application.to("/voice/")[0]["From"] == caller


def test_gather_hands_over_digits_without_the_finishing_key(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document(
        "<Gather timeout='120' action='/got/'><Say>Your number, then hash</Say></Gather>"
    )
    application.pages["/got/"] = document("<Hangup/>")
    phone.dial(NUMBER).press("123#").wait_for("completed")
    assert application.to("/got/")[0]["Digits"] == "123"


def test_a_key_stops_the_prompt(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document(
        f"<Gather numDigits='1' action='/got/'><Say>First words {'and more ' * 200}</Say><Say>Second words</Say></Gather>"
    )
    call = phone.dial(NUMBER).wait_for("first words").press("1").wait_for("completed")
    assert "Second words" not in call.heard


def test_gather_without_a_key_falls_through(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Gather timeout='1' action='/got/'/>", "<Say>Nothing came</Say>")
    phone.dial(NUMBER).wait_for("nothing came").wait_for("completed")
    assert application.to("/got/") == []


def test_hash_first_is_no_input(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Gather timeout='120' action='/got/'/>", "<Say>Nothing came</Say>")
    phone.dial(NUMBER).press("#").wait_for("nothing came")
    assert application.to("/got/") == []


def test_empty_input_is_handed_over_on_request(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Gather timeout='1' actionOnEmptyResult='true' action='/got/'/>")
    phone.dial(NUMBER).wait_for("completed")
    assert application.to("/got/")[0]["Digits"] == ""


def test_gather_without_action_asks_the_same_document(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = lambda r: document(
        "<Hangup/>" if "Digits" in r["form"] else "<Gather numDigits='1' timeout='120'><Say>Press</Say></Gather>"
    )
    phone.dial(NUMBER).press("5").wait_for("completed")
    assert [form.get("Digits") for form in application.to("/voice/")] == [None, "5"]


def test_relative_addresses_follow_the_document(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Redirect>deep/er/?x=1</Redirect>")
    application.pages["/voice/deep/er/"] = document("<Redirect method='GET'>../last/</Redirect>")
    application.pages["/voice/deep/last/"] = document("<Say>Here</Say>")
    phone.dial(NUMBER).wait_for("here").wait_for("completed")
    assert [r["method"] for r in application.requests[:3]] == ["POST", "POST", "GET"]


def test_reject_is_not_answered(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Reject reason='busy'/>")
    call = phone.dial(NUMBER).wait_for("busy")
    assert call.facts["answered_at"] is None
    control.settle()
    assert application.to("/status/")[0]["CallStatus"] == "busy"
    application.pages["/voice/"] = document("<Reject/>")
    assert phone.dial(NUMBER).wait_for("over").state == "no-answer"


def test_a_recording_ends_by_a_key(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document(
        "<Say>Speak</Say><Record action='/kept/' recordingStatusCallback='/recorded/' finishOnKey='#'/>"
    )
    application.pages["/kept/"] = document("<Say>Thank you</Say>")
    call = phone.dial(NUMBER).wait_for("beep").say("Call me back")
    call.press("#").wait_for("thank you").wait_for("completed")
    control.settle()
    assert application.to("/kept/")[0]["Digits"] == "#"
    told = application.to("/recorded/")[0]
    assert told["RecordingStatus"] == "completed" and told["RecordingSource"] == "RecordVerb"
    recording = control.call("GET", "/recordings")[0]
    assert recording["words"] == ["Call me back"] and recording["call_sid"] == call.sid


def test_a_recording_ends_when_the_caller_hangs_up(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Record action='/kept/' recordingStatusCallback='/recorded/'/>")
    call = phone.dial(NUMBER).wait_for("beep").say("Goodbye")
    call.hang_up().wait_for("completed")
    assert call.wait(lambda: application.to("/kept/"))
    assert application.to("/kept/")[0]["Digits"] == "hangup"
    assert application.to("/kept/")[0]["CallStatus"] == "completed"
    control.settle()
    assert len(application.to("/recorded/")) == 1


def test_a_silent_caller_leaves_no_recording(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Record action='/kept/' timeout='2'/>", "<Say>I heard nothing</Say>")
    phone.dial(NUMBER, speaks=False).wait_for("i heard nothing")
    assert application.to("/kept/") == []


def test_a_recording_has_a_longest_time(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Record action='/kept/' maxLength='2'/>")
    application.pages["/kept/"] = document("<Say>That was two seconds</Say>")
    phone.dial(NUMBER).wait_for("two seconds")
    assert application.to("/kept/")[0]["RecordingDuration"] == "2"


# --- queue ---------------------------------------------------------------------------------------------


def test_a_waiting_document_knows_the_place_and_is_asked_again(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Enqueue waitUrl='/wait/' action='/next/'>main</Enqueue>")
    application.pages["/wait/"] = document("<Say>Please wait</Say>")
    first = phone.dial(NUMBER).wait_for("please wait")
    second = phone.dial(NUMBER).wait_for("please wait")
    second.wait(lambda: len([form for form in application.to("/wait/") if form["CallSid"] == second.sid]) > 1)
    form = next(form for form in application.to("/wait/") if form["CallSid"] == second.sid)
    assert (form["QueuePosition"], form["CurrentQueueSize"], form["MaxQueueSize"]) == ("2", "2", "1000")
    assert {"QueueSid", "QueueTime", "AvgQueueTime"} <= set(form)
    for call in (first, second):
        call.hang_up().wait_for("completed")


def test_a_caller_leaves_the_queue_by_a_key(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Enqueue waitUrl='/wait/' action='/next/'>main</Enqueue>")
    application.pages["/wait/"] = document(
        "<Gather numDigits='1' timeout='120' action='/key/'><Say>Press 2</Say></Gather>"
    )
    application.pages["/key/"] = document("<Leave/>")
    application.pages["/next/"] = document("<Say>You left</Say>")
    phone.dial(NUMBER).wait_for("press 2").press("2").wait_for("you left").wait_for("completed")
    form = application.to("/next/")[0]
    assert form["QueueResult"] == "leave" and {"QueueSid", "QueueTime"} <= set(form)


def test_hanging_up_in_the_queue_is_told_to_the_action(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Enqueue waitUrl='/wait/' action='/next/'>main</Enqueue>")
    application.pages["/wait/"] = document("<Say>Please wait</Say>")
    call = phone.dial(NUMBER).wait_for("waiting").hang_up().wait_for("completed")
    assert call.wait(lambda: application.to("/next/"))
    assert application.to("/next/")[0]["QueueResult"] == "hangup"


def test_a_full_queue_says_so(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Enqueue maxQueueSize='1' action='/next/'>small</Enqueue>")
    application.pages["/next/"] = lambda r: document(f"<Say>{r['form']['QueueResult']}</Say>")
    first = phone.dial(NUMBER).wait_for("waiting")
    phone.dial(NUMBER).wait_for("queue-full")
    first.hang_up()


# --- dialling out --------------------------------------------------------------------------------------


def test_dial_bridges_and_tells_how_it_went(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document(
        "<Dial action='/done/'><Number statusCallback='/leg/' "
        "statusCallbackEvent='initiated ringing answered completed'>+4791000000</Number></Dial>"
    )
    application.pages["/done/"] = document("<Say>The other one hung up</Say>")
    with Handset(control, "+4791000000") as handset:
        call = phone.dial(NUMBER, caller="+4790112233")
        leg = handset.answer()
        call.wait_for("talking").say("Hi")
        leg.wait_for("hi")
        handset.hang_up()
        call.wait_for("other one hung up").wait_for("completed")
    control.settle()
    form = application.to("/done/")[0]
    assert form["DialCallStatus"] == "completed" and form["DialCallSid"] == leg.sid and form["DialBridged"] == "true"
    assert "DialCallDuration" in form
    legs = application.to("/leg/")
    assert [one["CallStatus"] for one in legs] == ["initiated", "ringing", "in-progress", "completed"]
    assert [one["SequenceNumber"] for one in legs] == ["0", "1", "2", "3"]
    assert all(one["ParentCallSid"] == call.sid and one["Direction"] == "outbound-dial" for one in legs)
    assert "CallDuration" in legs[3] and "CallDuration" not in legs[2]


@pytest.mark.parametrize(("mode", "status"), [("decline", "busy"), ("busy", "busy"), ("unreachable", "failed")])
def test_dial_tells_why_nobody_answered(
    phone: Phone, application: Application, control, mode: str, status: str
) -> None:
    application.pages["/voice/"] = document("<Dial action='/done/' timeout='5'>+4791000000</Dial>")
    with Handset(control, "+4791000000", mode=mode):
        phone.dial(NUMBER).wait_for("completed")
    assert application.to("/done/")[0]["DialCallStatus"] == status


def test_an_unregistered_client_is_no_answer_at_once(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Dial action='/done/' timeout='600'><Client>nobody</Client></Dial>")
    phone.dial(NUMBER).wait_for("completed", timeout=5)
    assert application.to("/done/")[0]["DialCallStatus"] == "no-answer"


def test_of_several_telephones_the_first_to_answer_wins(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Dial><Client>op_1</Client><Client>op_2</Client></Dial>")
    with Desk(control, "op_1") as one, Desk(control, "op_2") as two:
        call = phone.dial(NUMBER)
        one.rings()
        two.answer()
        call.wait_for("talking")
        one.wait_for("stopped")
        call.hang_up().wait_for("completed")
        two.wait_for("ended")


def test_answer_on_bridge_keeps_the_caller_ringing(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Dial answerOnBridge='true'><Client>op_1</Client></Dial>")
    with Desk(control, "op_1") as desk:
        call = phone.dial(NUMBER)
        desk.rings()
        assert call.state == "ringing"
        desk.answer()
        call.wait_for("in-progress").hang_up()


def test_a_voicemail_that_picks_up_does_not_press_one(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Dial action='/done/'><Number url='/whisper/'>+4791000000</Number></Dial>")
    application.pages["/whisper/"] = document(
        "<Gather numDigits='1' timeout='3' action='/accepted/'><Say>Press 1</Say></Gather><Hangup/>"
    )
    with Handset(control, "+4791000000", mode="voicemail"):
        phone.dial(NUMBER).wait_for("completed")
    assert application.to("/accepted/") == []
    assert application.to("/done/")[0]["DialBridged"] == "false"


def test_an_operator_who_presses_one_by_itself(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Dial><Number url='/whisper/'>+4791000000</Number></Dial>")
    application.pages["/whisper/"] = document(
        "<Gather numDigits='1' timeout='120' action='/accepted/'><Say>Press 1</Say></Gather><Hangup/>"
    )
    with Handset(control, "+4791000000", mode="answer", press="1"):
        call = phone.dial(NUMBER).wait_for("talking")
        assert application.to("/accepted/")[0]["Digits"] == "1"
        call.hang_up()


def test_waiting_for_what_never_comes_says_what_came(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Say>Hello</Say>")
    with pytest.raises(NothingHappened, match="Hello"):
        phone.dial(NUMBER).wait_for("something else", timeout=0.5)
