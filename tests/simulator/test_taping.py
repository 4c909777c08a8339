"""A recorded conference: what is on the recording, how long it is, what is told of it, and what REST makes of it."""

import time

import pytest

from telephony.simulator.phone import Desk, Phone
from telephony.simulator.recordings import wav_seconds
from telephony.simulator.taping import LEAST_SECONDS
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_conferences import conference_of, room
from tests.simulator.test_twiml_verbs import NUMBER, document

RECORD = (
    "record='record-from-start' recordingStatusCallback='/recorded/' "
    "recordingStatusCallbackEvent='in-progress completed absent'"
)


@pytest.fixture
def taped(phone: Phone, application: Application, control, rest: Rest):
    """A caller and an operator who are recorded while they talk."""
    mine = room(f"endConferenceOnExit='true' {RECORD}", label="caller")
    application.pages["/voice/"] = document(f"<Dial action='/after/'>{mine}</Dial>")
    application.pages["/answered/"] = document(f"<Dial>{room(RECORD, label='operator-7')}</Dial>")
    caller = phone.dial(NUMBER).wait_for("in-progress")
    with Desk(control, "op_7") as desk:
        rest("POST", "Calls.json", {"To": "client:op_7", "From": NUMBER, "Url": f"{application.url}/answered/"})
        leg = desk.answer()
        caller.wait_for("talking")
        yield caller, leg


def current(rest: Rest, **wish: str):
    return rest("POST", f"Conferences/{conference_of(rest)}/Recordings/Twilio.CURRENT.json", wish)


def told(application: Application, control):
    control.settle()
    return application.to("/recorded/")


def test_a_recording_begins_with_the_talk_and_is_ready_after_it(taped, rest: Rest, application, control) -> None:
    caller, leg = taped
    caller.say("Hello")
    leg.wait_for("hello")
    time.sleep(2 * LEAST_SECONDS)  # they talk so long; a shorter talk leaves no recording
    caller.hang_up()
    leg.wait_for("over")
    began, ready = told(application, control)
    assert (began["RecordingStatus"], ready["RecordingStatus"]) == ("in-progress", "completed")
    assert began["RecordingSource"] == "Conference" and "CallSid" not in began
    assert began["ConferenceSid"].startswith("CF") and began["RecordingSid"] == ready["RecordingSid"]
    row = rest("GET", f"Recordings/{ready['RecordingSid']}.json").json()
    assert (row["status"], row["duration"]) == ("completed", ready["RecordingDuration"])
    sound = rest.session.get(ready["RecordingUrl"], timeout=10)
    assert sound.headers["Content-Type"] == "audio/wav"
    assert wav_seconds(sound.content) == float(ready["RecordingDuration"])
    assert control.call("GET", "/recordings")[0]["words"] == ["Hello"]


def test_a_paused_stretch_is_absent(taped, rest: Rest, application, control) -> None:
    caller, leg = taped
    assert current(rest, Status="paused", PauseBehavior="skip").json()["status"] == "paused"
    caller.say("4111 1111 1111 1111")
    leg.wait_for("4111")
    assert current(rest, Status="in-progress").json()["status"] == "in-progress"
    caller.say("Thank you")
    leg.wait_for("thank you")
    assert current(rest, Status="stopped").json()["status"] == "stopped"
    assert current(rest, Status="paused").status_code == 404  # nothing is recorded any more
    caller.say("Not for the tape")
    leg.wait_for("tape")
    assert control.call("GET", "/recordings")[0]["words"] == ["Thank you"]
    assert [form["RecordingStatus"] for form in told(application, control)] == ["in-progress", "completed"]


def test_what_is_still_being_made_can_neither_be_heard_nor_deleted(taped, rest: Rest) -> None:
    caller, _leg = taped
    sid = conference_of(rest)
    made = rest("GET", f"Conferences/{sid}/Recordings.json").json()["recordings"][0]
    assert made["duration"] is None and made["status"] == "in-progress"
    assert rest.session.get(made["media_url"], timeout=10).status_code == 404
    assert rest("DELETE", f"Recordings/{made['sid']}.json").status_code == 400
    caller.hang_up().wait_for("over")
    assert rest("DELETE", f"Recordings/{made['sid']}.json").status_code == 204
    assert rest("GET", f"Recordings/{made['sid']}.json").status_code == 404


def test_the_first_participant_says_whether_it_is_recorded(phone, application, control, rest: Rest) -> None:
    application.pages["/voice/"] = document(f"<Dial>{room()}</Dial>")
    application.pages["/answered/"] = document(f"<Dial>{room(RECORD)}</Dial>")
    caller = phone.dial(NUMBER).wait_for("in-progress")
    with Desk(control, "op_7") as desk:
        rest("POST", "Calls.json", {"To": "client:op_7", "From": NUMBER, "Url": f"{application.url}/answered/"})
        desk.answer()
        caller.wait_for("talking").hang_up()
    assert told(application, control) == [] and control.call("GET", "/recordings") == []
