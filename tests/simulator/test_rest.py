"""The REST API: shapes of the documentation, errors in the carrier's words, requests as its description allows."""

import time

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from telephony.simulator.phone import Desk, Handset, Phone
from tests.environment import ACCOUNT_SID, AUTH_TOKEN
from tests.simulator.application import Application
from tests.simulator.rest import Rest, description
from tests.simulator.test_twiml_verbs import NUMBER, document

A = "/2010-04-01/Accounts/{AccountSid}/"


def example(path: str, method: str, status: str) -> dict:
    answer = description()["paths"][A + path][method]["responses"][status]["content"]["application/json"]
    return next(iter(answer["examples"].values()))["value"]


def calling(application: Application, to: str = "client:op_7", **more: str) -> list[tuple[str, str]]:
    events = [("StatusCallbackEvent", event) for event in ("initiated", "ringing", "answered", "completed")]
    fields = {
        "To": to,
        "From": NUMBER,
        "Url": f"{application.url}/answered/",
        "StatusCallback": f"{application.url}/leg/",
    }
    return [*{**fields, **more}.items(), *events]


def test_a_call_has_the_fields_of_the_documentation(rest: Rest, application: Application) -> None:
    answer = rest("POST", "Calls.json", calling(application))
    assert answer.status_code == 201
    assert set(example("Calls.json", "post", "201")) <= set(answer.json())
    assert answer.json()["status"] == "queued" and answer.json()["direction"] == "outbound-api"
    assert answer.headers["Twilio-Request-Id"].startswith("RQ")


def test_a_call_that_was_answered_has_a_price_some_seconds_after_its_end(rest, application, control) -> None:
    application.pages["/answered/"] = document("<Say>Hello operator</Say>")
    with Desk(control, "op_8") as desk:
        sid = rest("POST", "Calls.json", calling(application, "client:op_8")).json()["sid"]
        desk.answer().wait_for("completed")
    control.settings(price_delay=5_000.0)
    assert rest("GET", f"Calls/{sid}.json").json()["price"] is None
    control.settings(price_delay=0.0)
    call = rest("GET", f"Calls/{sid}.json").json()
    assert (call["price"], call["price_unit"]) == ("-0.00400", "USD")
    control.settings(price_delay=5.0)


def test_a_call_rings_a_desk_and_tells_each_step(rest: Rest, application: Application, control) -> None:
    application.pages["/answered/"] = document("<Say>Hello operator</Say>")
    with Desk(control, "op_7") as desk:
        sid = rest("POST", "Calls.json", calling(application, "client:op_7?offer=12&name=Kari")).json()["sid"]
        ringing = desk.rings()
        assert ringing["parameters"] == {"offer": "12", "name": "Kari"} and ringing["sid"] == sid
        desk.answer().wait_for("hello operator").wait_for("completed")
    control.settle()
    told = application.to("/leg/")
    assert [form["CallStatus"] for form in told] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in told] == ["0", "1", "2", "3"]
    assert {"Timestamp", "CallbackSource", "CallDuration", "Duration"} <= set(told[3])
    answered = application.to("/answered/")[0]
    assert answered["CallStatus"] == "in-progress" and answered["Direction"] == "outbound-api"
    call = rest("GET", f"Calls/{sid}.json").json()
    assert call["status"] == "completed" and call["duration"] is not None


def test_a_call_nobody_answers_ends_by_its_timeout(rest: Rest, application: Application, control) -> None:
    with Desk(control, "op_7") as desk:
        sid = rest("POST", "Calls.json", calling(application, Timeout="5")).json()["sid"]
        desk.wait_for("stopped")
    assert rest("GET", f"Calls/{sid}.json").json()["status"] == "no-answer"
    control.settle()
    assert [form["CallStatus"] for form in application.to("/leg/")] == ["initiated", "ringing", "no-answer"]


def test_an_engaged_browser_is_busy(rest: Rest, application: Application, control) -> None:
    application.pages["/answered/"] = document("<Pause length='60'/>")
    with Desk(control, "op_7") as desk:
        rest("POST", "Calls.json", calling(application))
        desk.answer()
        second = rest("POST", "Calls.json", calling(application)).json()["sid"]
        deadline = time.monotonic() + 5
        while (status := rest("GET", f"Calls/{second}.json").json()["status"]) != "busy":
            assert time.monotonic() < deadline, status


def test_ringing_is_withdrawn_and_the_desk_stops(rest: Rest, application: Application, control) -> None:
    with Desk(control, "op_7") as desk:
        sid = rest("POST", "Calls.json", calling(application)).json()["sid"]
        desk.rings()
        assert rest("POST", f"Calls/{sid}.json", {"Status": "canceled"}).status_code == 200
        desk.wait_for("stopped")
    control.settle()
    assert application.to("/leg/")[-1]["CallStatus"] == "canceled"


def test_a_finished_call_cannot_be_redirected(rest: Rest, phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Say>Hello</Say>")
    call = phone.dial(NUMBER).wait_for("completed")
    answer = rest("POST", f"Calls/{call.sid}.json", {"Url": f"{application.url}/next/"})
    assert answer.status_code == 400
    assert answer.json()["code"] == 21220 and answer.json()["status"] == 400
    assert answer.json()["more_info"].endswith("/21220")


@pytest.mark.parametrize("by", ["call", "member"])
def test_a_waiting_caller_is_redirected(rest: Rest, phone: Phone, application: Application, by: str) -> None:
    application.pages["/voice/"] = document("<Enqueue waitUrl='/wait/' action='/after/'>main</Enqueue>")
    application.pages["/wait/"] = document("<Say>Please wait</Say>")
    application.pages["/next/"] = document("<Say>It is your turn</Say>")
    call = phone.dial(NUMBER).wait_for("waiting")
    queue = rest("GET", "Queues.json").json()["queues"][-1]
    assert queue["friendly_name"] == "main" and queue["current_size"] == 1
    member = rest("GET", f"Queues/{queue['sid']}/Members.json").json()["queue_members"][0]
    assert member["call_sid"] == call.sid and member["position"] == 1
    path = f"Calls/{call.sid}.json" if by == "call" else f"Queues/{queue['sid']}/Members/{call.sid}.json"
    assert rest("POST", path, {"Url": f"{application.url}/next/"}).status_code == 200
    call.wait_for("your turn").wait_for("completed")
    assert call.wait(lambda: application.to("/after/"))
    assert application.to("/after/")[0]["QueueResult"] == "redirected"


def test_twiml_given_by_hand_runs(rest: Rest, phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Pause length='60'/>", "<Say>never</Say>")
    application.pages["/voice/"] = document("<Say>Hold</Say>", "<Pause length='60'/>")
    call = phone.dial(NUMBER).wait_for("hold")
    rest("POST", f"Calls/{call.sid}.json", {"Twiml": document("<Say>By hand</Say>")})
    call.wait_for("by hand").wait_for("completed")
    too_long = rest("POST", f"Calls/{call.sid}.json", {"Twiml": document(f"<Say>{'x' * 4000}</Say>")})
    assert too_long.json()["code"] == 32018


def test_lists_are_filtered_and_paged(rest: Rest, phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Hangup/>")
    for caller in ("+4790000001", "+4790000002", "+4790000002"):
        phone.dial(NUMBER, caller=caller).wait_for("completed")
    assert len(rest("GET", "Calls.json", From="+4790000002").json()["calls"]) == 2
    assert len(rest("GET", "Calls.json", To=NUMBER, Status="completed").json()["calls"]) == 3
    assert rest("GET", "Calls.json", Status="failed").json()["calls"] == []
    assert len(rest("GET", "Calls.json", **{"StartTime>": "2020-01-01T00:00:00Z"}).json()["calls"]) == 3
    assert rest("GET", "Calls.json", **{"StartTime>": "2999-01-01T00:00:00Z"}).json()["calls"] == []
    page = rest("GET", "Calls.json", PageSize="2").json()
    assert len(page["calls"]) == 2
    rest.check = False
    rest_page = rest.session.get(rest.url + page["next_page_uri"]).json()
    assert len(rest_page["calls"]) == 1 and rest_page["next_page_uri"] is None


@pytest.mark.parametrize("auth", [("AC" + "0" * 31 + "1", "wrong"), ("AC" + "9" * 32, AUTH_TOKEN), None])
def test_wrong_credentials_are_20003(rest: Rest, auth) -> None:
    rest.session.auth, rest.check = auth, False
    answer = rest("GET", "Calls.json")
    assert answer.status_code == 401 and answer.json()["code"] == 20003


def test_what_does_not_exist_is_20404(rest: Rest) -> None:
    for path in (
        "Calls/CA" + "0" * 32,
        "Conferences/CF" + "0" * 32,
        "Queues/QU" + "0" * 32,
        "Recordings/RE" + "0" * 32,
    ):
        assert rest("GET", f"{path}.json").json()["code"] == 20404


def test_a_numbers_addresses_are_read_and_changed(rest: Rest, phone: Phone, application: Application) -> None:
    number = rest("GET", "IncomingPhoneNumbers.json", PhoneNumber=NUMBER).json()["incoming_phone_numbers"][0]
    assert set(example("IncomingPhoneNumbers.json", "get", "200")["incoming_phone_numbers"][0]) <= set(number)
    application.pages["/other/"] = document("<Say>Another address</Say>")
    rest("POST", f"IncomingPhoneNumbers/{number['sid']}.json", {"VoiceUrl": f"{application.url}/other/"})
    phone.dial(NUMBER).wait_for("another address")


# --- with the carrier's own library --------------------------------------------------------------------


class Elsewhere(TwilioHttpClient):
    """The library's client, pointed at the simulator."""

    def __init__(self, url: str) -> None:
        super().__init__(timeout=5)
        self.url = url

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.url), *args, **kwargs)


@pytest.fixture
def client(box, control):
    http = Elsewhere(box.url)
    yield Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
    http.session.close()


def test_the_carriers_library_understands_every_answer(client, phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Dial><Conference>room</Conference></Dial>")
    application.pages["/answered/"] = document("<Dial><Conference>room</Conference></Dial>")
    caller = phone.dial(NUMBER).wait_for("in-progress")
    with Handset(control, "+4791000000", mode="answer", after=0):
        leg = client.calls.create(to="+4791000000", from_=NUMBER, url=f"{application.url}/answered/", timeout=20)
        caller.wait_for("talking")
        assert {call.sid for call in client.calls.list(status="in-progress")} == {caller.sid, leg.sid}
        conference = client.conferences.list(friendly_name="room", status="in-progress")[0]
        people = client.conferences(conference.sid).participants.list()
        assert {one.call_sid for one in people} == {caller.sid, leg.sid}
        held = client.conferences(conference.sid).participants(caller.sid).update(hold=True)
        assert held.hold is True
        client.conferences(conference.sid).participants(leg.sid).delete()
        client.conferences(conference.sid).update(status="completed")
        caller.wait_for("completed")
    fetched = client.calls(caller.sid).fetch()
    assert fetched.status == "completed" and fetched.start_time is not None and int(fetched.duration) >= 0
    assert client.incoming_phone_numbers.list(phone_number=NUMBER)[0].voice_url.endswith("/voice/")
    assert client.queues.list() == [] and client.recordings.list() == []
    with pytest.raises(TwilioRestException) as refused:
        client.calls(caller.sid).update(status="completed")
    assert refused.value.code == 21220
