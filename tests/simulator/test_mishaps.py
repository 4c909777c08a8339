"""What goes wrong on request, and bad answers as the carrier takes them."""

import time

import pytest
import requests

from telephony.simulator.harness import Box
from telephony.simulator.phone import Handset, Phone
from telephony.simulator.signature import signature, signed_url
from tests.environment import ACCOUNT_SID, AUTH_TOKEN
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_rest import calling
from tests.simulator.test_twiml_verbs import NUMBER, document


def statuses(application: Application) -> list[str]:
    return [form["CallStatus"] for form in application.to("/leg/")]


def ring_and_answer(rest: Rest, application: Application, control) -> None:
    application.pages["/answered/"] = document("<Say>Hello</Say>")
    with Handset(control, "+4791000000", mode="answer", after=0) as handset:
        rest("POST", "Calls.json", calling(application, "+4791000000"))
        handset.wait_for("ended")
        time.sleep(0.05)
        control.settle()


def test_a_callback_is_repeated(rest: Rest, application: Application, control) -> None:
    control.fault("repeat", event="in-progress", count=5)
    ring_and_answer(rest, application, control)
    assert statuses(application) == ["initiated", "ringing", *["in-progress"] * 5, "completed"]


def test_a_callback_is_lost(rest: Rest, application: Application, control) -> None:
    control.fault("lose", event="completed", times=0)
    ring_and_answer(rest, application, control)
    assert statuses(application) == ["initiated", "ringing", "in-progress"]
    assert [row["outcome"] for row in control.requests(kind="callback")].count("lost") == 1


def test_two_callbacks_change_places(rest: Rest, application: Application, control) -> None:
    control.fault("reorder", event="ringing")
    ring_and_answer(rest, application, control)
    assert statuses(application) == ["initiated", "in-progress", "ringing", "completed"]


def test_a_callback_is_late(rest: Rest, application: Application, control) -> None:
    control.fault("delay", event="initiated", seconds=0.5)
    started = time.monotonic()
    ring_and_answer(rest, application, control)
    assert time.monotonic() - started > 0.5
    assert statuses(application)[0] == "initiated"


def test_forged_callbacks_have_a_wrong_signature(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Hangup/>")
    control.fault("forge", path="/status/")
    phone.dial(NUMBER).wait_for("completed")
    control.settle()
    requests_seen = [r for r in application.requests if r["path"] == "/status/"]
    right = [
        signature(AUTH_TOKEN, r["url"], r["form"].items()) == r["headers"]["X-Twilio-Signature"] for r in requests_seen
    ]
    assert right == [False, True]


def test_a_voice_request_is_delivered_five_times_at_once(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document("<Say>Once</Say>")
    control.fault("repeat", on="webhook", path="/voice/", count=5)
    call = phone.dial(NUMBER).wait_for("completed")
    assert len(application.to("/voice/")) == 5 and call.heard == ["Once"]


def test_requests_are_signed_and_carry_an_idempotency_token(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Redirect method='GET'>/next/?a=1</Redirect>")
    phone.dial(NUMBER).wait_for("completed")
    post, get = application.requests[:2]
    assert post["headers"]["X-Twilio-Signature"] == signature(AUTH_TOKEN, post["url"], post["form"].items())
    assert get["headers"]["X-Twilio-Signature"] == signature(AUTH_TOKEN, get["url"])
    assert get["form"]["a"] == "1" and get["form"]["CallSid"] == post["form"]["CallSid"]
    assert post["headers"]["User-Agent"] == "TwilioProxy/1.1" and post["headers"]["I-Twilio-Idempotency-Token"]


def test_https_is_signed_without_port_and_http_with() -> None:
    assert signed_url("https://me:secret@example.org:8443/a?b=c#rc=2") == "https://example.org/a?b=c"
    assert signed_url("http://example.org:8000/a#rp=all") == "http://example.org:8000/a"


# --- bad answers ----------------------------------------------------------------------------------------

BAD = {
    "server error": ((500, "text/html", "oops"), "11200"),
    "not found": ((404, "text/html", "oops"), "11200"),
    "not XML": ((200, "text/xml", "<Response><Say>"), "12100"),
    "blank before the declaration": ((200, "text/xml", ' <?xml version="1.0"?><Response/>'), "12100"),
    "wrong root": ((200, "text/xml", "<Answer/>"), "12102"),
    "lower case verb": ((200, "text/xml", "<Response><say>Hi</say></Response>"), "12100"),
    "no content type": ((200, "", "<Response/>"), "12300"),
    "json": ((200, "application/json", "{}"), "12300"),
    "too large": ((200, "text/xml", f"<Response><Say>{'x' * 70000}</Say></Response>"), "11750"),
    "illegal character": ((200, "text/xml", "<Response><Say>a\x0bb</Say></Response>"), "12100"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_answer_leads_to_the_fallback_with_its_code(phone: Phone, application: Application, what: str) -> None:
    application.pages["/voice/"], code = BAD[what]
    application.pages["/fallback/"] = document("<Say>The fallback speaks</Say>")
    phone.dial(NUMBER).wait_for("fallback speaks").wait_for("completed")
    form = application.to("/fallback/")[0]
    assert form["ErrorCode"] == code and form["ErrorUrl"] == f"{application.url}/voice/"
    assert len(application.to("/voice/")) == 1  # a 5xx is not tried again by itself


def test_without_a_working_fallback_the_caller_hears_an_apology(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = application.pages["/fallback/"] = (500, "text/html", "oops")
    phone.dial(NUMBER).wait_for("application error").wait_for("completed")


def test_a_slow_answer_leads_to_the_fallback(phone: Phone, application: Application, control) -> None:
    def slow(request):
        time.sleep(0.8)
        return document("<Say>Too late</Say>")

    control.settings(http_timeout=0.4)
    application.pages["/voice/"] = slow
    application.pages["/fallback/"] = document("<Say>In time</Say>")
    call = phone.dial(NUMBER).wait_for("in time").wait_for("completed")
    assert "Too late" not in call.heard


def test_plain_text_is_read_aloud_and_sound_is_played(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = (200, "text/plain", "Just words")
    assert phone.dial(NUMBER).wait_for("completed").heard == ["Just words"]
    application.pages["/voice/"] = (200, "audio/wav", b"RIFF")
    assert phone.dial(NUMBER).wait_for("completed").heard == [f"{application.url}/voice/"]


def test_a_redirect_loses_the_form(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = (302, "", "/moved/")
    application.pages["/moved/"] = document("<Say>Moved</Say>")
    phone.dial(NUMBER).wait_for("moved")
    assert application.requests[1]["method"] == "GET" and application.requests[1]["form"] == {}


def test_a_retry_policy_in_the_address_is_honoured(phone: Phone, application: Application, control) -> None:
    answers = [(500, "text/html", "oops"), (503, "text/html", "oops"), document("<Say>Third time</Say>")]
    application.pages["/voice/"] = lambda request: answers.pop(0)
    address = f"{application.url}/voice/#rc=3&rp=5xx"
    control.call("POST", "/numbers", {"number": "+4721000002", "voice_url": address})
    phone.dial("+4721000002").wait_for("third time")
    tokens = {r["headers"]["I-Twilio-Idempotency-Token"] for r in application.requests if r["path"] == "/voice/"}
    assert len(tokens) == 1


# --- REST mishaps --------------------------------------------------------------------------------------


def test_too_many_requests_are_not_processed(rest: Rest, application: Application, control) -> None:
    control.fault("status", on="rest", status=429, retry_after=1, times=2)
    for _ in range(2):
        answer = rest("POST", "Calls.json", calling(application))
        assert answer.status_code == 429 and answer.json()["code"] == 20429 and answer.headers["Retry-After"] == "1"
    assert control.calls() == []
    assert rest("POST", "Calls.json", calling(application)).status_code == 201


def test_the_socket_drops_after_the_call_was_made(rest: Rest, application: Application, control) -> None:
    control.fault("drop", on="rest", method="POST", path="Calls.json", processed=True)
    with pytest.raises(requests.ConnectionError):
        rest("POST", "Calls.json", calling(application))
    assert len(control.calls()) == 1
    assert len(rest("GET", "Calls.json", To="client:op_7").json()["calls"]) == 1


def test_rest_hangs(rest: Rest, control) -> None:
    control.fault("hang", on="rest", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        rest.session.get(f"{rest.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Calls.json", timeout=0.3)


def test_calls_wait_for_their_second(rest: Rest, application: Application, control) -> None:
    control.settings(calls_per_second=0.1)  # one in ten carrier seconds: 500 ms here
    for number in ("+471", "+472", "+473"):
        rest("POST", "Calls.json", calling(application, number))
    states = {call["to"]: call["state"] for call in control.calls()}
    assert states["+473"] == "queued"
    deadline = time.monotonic() + 5
    while any(call["state"] == "queued" for call in control.calls()):
        assert time.monotonic() < deadline
    control.settle()
    begun = [row["at"] for row in control.requests(path="/leg/") if row["params"]["CallStatus"] == "initiated"]
    assert len(begun) == 3


def test_a_call_canceled_in_the_queue_tells_nobody(rest: Rest, application: Application, control) -> None:
    control.settings(calls_per_second=0.01)
    rest("POST", "Calls.json", calling(application, "+471"))
    second = rest("POST", "Calls.json", calling(application, "+472")).json()["sid"]
    assert rest("POST", f"Calls/{second}.json", {"Status": "canceled"}).json()["status"] == "canceled"
    control.settle()
    assert not [form for form in application.to("/leg/") if form["CallSid"] == second]


@pytest.mark.parametrize("step", ["request", "Say", "Gather", "Play", "Record", "Enqueue"])
def test_the_caller_hangs_up_at_any_step(phone: Phone, application: Application, control, step: str) -> None:
    def slowly(request):
        time.sleep(0.1)
        return document(
            "<Say>A long greeting that takes its time to be read</Say>",
            "<Gather timeout='1'><Say>Press</Say></Gather>",
            "<Play>/static/x.wav</Play>",
            "<Record timeout='1' maxLength='1' action='/go-on/'/>",
        )

    application.pages["/voice/"] = slowly
    application.pages["/go-on/"] = document("<Enqueue>main</Enqueue>")
    call = phone.dial(NUMBER, hang_up_at=step, patience=0.1).wait_for("over")
    assert call.facts["ended_by"] == "caller"
    control.settle()
    assert len(application.to("/status/")) == 1


# --- kill -9 -------------------------------------------------------------------------------------------


def test_what_the_carrier_knows_survives_kill_9(application: Application, tmp_path) -> None:
    application.pages["/voice/"] = document("<Say>Hello</Say>", "<Pause length='600'/>")
    box = Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, data_dir=tmp_path, webhook_base=application.url)
    with box:
        control = box.control
        control.call("POST", "/numbers", {"number": NUMBER, "voice_url": f"{application.url}/voice/"})
        living = Phone(control).dial(NUMBER).wait_for("hello")
        ended = Phone(control).dial(NUMBER).wait_for("hello").hang_up().wait_for("completed")
        control.close()
        box.kill()
        with (tmp_path / "carrier.jsonl").open("a") as journal:
            journal.write('{"kind": "leg", "si')  # the crash cut a line in half
    with box:
        control = box.control
        known = {call["sid"]: call for call in control.calls()}
        assert set(known) == {living.sid, ended.sid}
        assert known[living.sid]["state"] == "completed" and known[living.sid]["ended_by"] == "carrier"
        control.settle()
        assert NUMBER in control.state()["numbers"]
        control.close()
    assert living.sid in [form["CallSid"] for form in application.to("/twilio/status/")]
