"""Mishaps asked for by name when a call is dialled, and telephones that stand on a page."""

import pytest
import requests

from telephony.simulator.phone import Phone, PhoneCall
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_conferences import room
from tests.simulator.test_rest import calling
from tests.simulator.test_twiml_verbs import NUMBER, document

LINE = document("<Say>Welcome</Say>", "<Enqueue waitUrl='/wait/' action='/after/'>line</Enqueue>")


@pytest.fixture
def line(application: Application) -> Application:
    application.pages["/voice/"] = LINE
    application.pages["/wait/"] = document("<Say>Please wait</Say>", "<Pause length='600'/>")
    application.pages["/after/"] = document("<Say>Somebody is here</Say>", "<Pause length='600'/>")
    return application


def ended_by(call: PhoneCall) -> str:
    return str(call.wait_for("over").facts["ended_by"])


def test_an_impatient_caller_hangs_up_after_the_seconds_asked_for(phone: Phone, line) -> None:
    call = phone.dial(NUMBER, mishap="impatient", after=5).wait_for("waiting")
    assert ended_by(call) == "caller"
    assert call.events[-1]["by"] == "caller"


def test_patience_lasts_when_somebody_came_in_time(phone: Phone, line, rest: Rest, control) -> None:
    call = phone.dial(NUMBER, mishap="impatient", after=20).wait_for("waiting")
    later = phone.dial(NUMBER, mishap="impatient", after=20.5).wait_for("waiting")
    rest("POST", f"Calls/{call.sid}.json", {"Url": f"{line.url}/after/"})
    call.wait_for("somebody is here")
    assert ended_by(later) == "caller"  # whose patience was longer
    assert not call.over
    call.hang_up()


def test_the_line_drops_so_long_after_two_began_to_talk(phone: Phone, application, rest: Rest, control) -> None:
    application.pages["/voice/"] = document(f"<Dial>{room(label='caller')}</Dial>")
    application.pages["/answered/"] = document(f"<Dial>{room(label='operator')}</Dial>")
    control.settings(unanswered="answer")
    call = phone.dial(NUMBER, mishap="drop", after=4).wait_for("in-progress")
    rest("POST", "Calls.json", calling(application, "+4791000000", Url=f"{application.url}/answered/"))
    call.wait_for("talking")
    assert ended_by(call) == "carrier"


def test_the_carrier_reports_one_call_twice_and_no_other(phone: Phone, application, control) -> None:
    application.pages["/voice/"] = document("<Hangup/>")
    twice, once = phone.dial(NUMBER, mishap="doubled"), phone.dial(NUMBER)
    for call in (twice, once):
        call.wait_for("over")
    control.settle()
    told = [form["CallSid"] for form in application.to("/status/", "completed")]
    assert sorted(told) == sorted([twice.sid, twice.sid, once.sid])


def test_the_carrier_reports_late(phone: Phone, application, control) -> None:
    application.pages["/voice/"] = document("<Hangup/>")
    late = phone.dial(NUMBER, mishap="late", after=0.5).wait_for("over")
    prompt = phone.dial(NUMBER).wait_for("over")
    control.settle()
    assert [form["CallSid"] for form in application.to("/status/", "completed")] == [prompt.sid, late.sid]


def test_an_unknown_mishap_is_refused_before_anything_rings(phone: Phone, control) -> None:
    with pytest.raises(RuntimeError, match="no mishap 'earthquake'"):
        phone.dial(NUMBER, mishap="earthquake")
    assert control.calls() == []


def test_a_page_hears_the_place_in_line_as_others_leave(phone: Phone, line) -> None:
    first = phone.dial(NUMBER).wait_for("waiting")
    second = phone.dial(NUMBER, page="mine").wait_for("waiting")
    assert next(event["position"] for event in second.events if event["kind"] == "queued") == 2
    first.hang_up()
    assert second.wait(lambda: [event["text"] for event in second.events if event["kind"] == "position"]) == ["1"]
    second.hang_up()


def plug(control, page: str, **facts: str) -> str:
    return str(control.call("POST", "/telephones", {"address": "+4791000000", "page": page, **facts})["session"])


def test_a_telephone_on_a_page_lets_a_voicemail_box_pick_up(application, rest: Rest, control) -> None:
    application.pages["/answered/"] = document(
        "<Gather numDigits='1' timeout='3' action='/accepted/'><Say>Press 1</Say></Gather><Hangup/>"
    )
    session = plug(control, "mine")
    rest("POST", "Calls.json", calling(application, "+4791000000"))
    rung = control.call("GET", f"/telephones/{session}/events", timeout=20)["events"]
    assert [event["kind"] for event in rung] == ["incoming"]
    assert control.call("POST", f"/telephones/{session}/voicemail")["done"]
    leg = PhoneCall(control, control.calls()[0]).wait_for("completed")
    assert application.to("/accepted/") == []
    assert leg.heard == ["Press 1"]


def test_telephones_are_unplugged_with_their_page(control) -> None:
    control.settings(client_grace=0.2)
    plug(control, "other")
    with requests.get(f"{control.url}/simulator/api/stream", params={"page": "mine"}, stream=True, timeout=10) as page:
        assert next(page.iter_lines()).startswith(b":")
        plug(control, "mine")
        heard = requests.get(f"{control.url}/simulator/api/state", timeout=10).json()["telephones"]
        assert len(heard) == 2
    for _ in range(500):  # what happens lets the stream notice that nobody reads it
        control.call("POST", "/dial", {"number": NUMBER, "page": "mine"})
        if len(control.state()["telephones"]) == 1:
            return
    raise AssertionError("the telephone of a closed page is still plugged in")


def test_both_hear_that_they_are_joined_whoever_came_first(phone: Phone, application, rest: Rest, control) -> None:
    application.pages["/voice/"] = document(f"<Dial>{room(label='caller')}</Dial>")
    application.pages["/answered/"] = document(f"<Dial>{room(label='operator')}</Dial>")
    control.settings(unanswered="answer")
    leg = rest("POST", "Calls.json", calling(application, "+4791000000", Url=f"{application.url}/answered/")).json()
    operator = PhoneCall(control, control.call("GET", f"/calls/{leg['sid']}")).wait_for("in-progress")
    caller = phone.dial(NUMBER).wait_for("talking")
    for call in (operator, caller):
        assert call.wait(lambda call=call: "joined" in [event["kind"] for event in call.events])
    caller.hang_up()
