"""Conferences: who hears whom, how they end, and what is told about them, in which order."""

import pytest

from telephony.simulator.phone import Desk, Phone, PhoneCall
from tests.simulator.application import Application
from tests.simulator.rest import Rest
from tests.simulator.test_twiml_verbs import NUMBER, document

EVENTS = "start end join leave mute hold modify announcement"


def room(more: str = "", *, label: str = "", name: str = "room") -> str:
    label = f"participantLabel='{label}'" if label else ""
    return f"<Conference {label} {more} statusCallback='/events/' statusCallbackEvent='{EVENTS}'>{name}</Conference>"


@pytest.fixture
def meeting(phone: Phone, application: Application, control, rest: Rest):
    """A caller and an operator who talk: (caller's call, operator's leg, desk)."""
    mine = room("endConferenceOnExit='true' beep='false'", label="caller")
    application.pages["/voice/"] = document(f"<Dial action='/after/'>{mine}</Dial>")
    application.pages["/after/"] = document("<Say>Thank you for calling</Say>")
    application.pages["/answered/"] = document(f"<Dial action='/operator-done/'>{room(label='operator-7')}</Dial>")
    caller = phone.dial(NUMBER).wait_for("in-progress")
    with Desk(control, "op_7") as desk:
        rest("POST", "Calls.json", {"To": "client:op_7", "From": NUMBER, "Url": f"{application.url}/answered/"})
        leg = desk.answer()
        caller.wait_for("talking")
        yield caller, leg, desk


def events(application: Application) -> list[str]:
    return [form["StatusCallbackEvent"] for form in application.to("/events/")]


def conference_of(rest: Rest) -> str:
    return rest("GET", "Conferences.json", FriendlyName="room").json()["conferences"][0]["sid"]


def test_two_talk_and_the_callers_hang_up_ends_it(meeting, application: Application, control) -> None:
    caller, leg, desk = meeting
    caller.say("I need help")
    leg.wait_for("i need help")
    leg.say("Gladly")
    caller.wait_for("gladly").hang_up()
    desk.wait_for("ended")
    control.settle()
    assert events(application) == [
        *("participant-join", "participant-join", "conference-start"),
        *("participant-leave", "participant-leave", "conference-end"),
    ]
    forms = application.to("/events/")
    assert [form["SequenceNumber"] for form in forms] == ["1", "2", "3", "4", "5", "6"]
    assert not {"From", "To", "CallStatus"} & set(forms[0])
    assert forms[3]["ReasonParticipantLeft"] == "participant_hung_up" and forms[3]["CallSid"] == caller.sid
    assert forms[4]["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert forms[5]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert forms[5]["CallSidEndingConference"] == caller.sid
    done = application.to("/operator-done/")[0]
    assert done["DialCallStatus"] == "answered" and not {"DialCallSid", "DialCallDuration"} & set(done)


def test_when_the_operator_leaves_the_caller_goes_on(meeting, rest: Rest, application: Application) -> None:
    caller, _leg, desk = meeting
    desk.hang_up()
    sid = conference_of(rest)
    assert rest("POST", f"Conferences/{sid}.json", {"Status": "completed"}).json()["status"] == "completed"
    caller.wait_for("thank you for calling").wait_for("completed")
    assert application.to("/after/")[0]["DialCallStatus"] == "answered"
    assert application.to("/events/", "conference-end")[0]["ReasonConferenceEnded"] == "conference-ended-via-api"


def test_on_hold_the_caller_hears_music_and_nobody_else(meeting, rest: Rest, application: Application, control) -> None:
    caller, leg, _ = meeting
    application.pages["/hold/"] = document("<Say>Please hold</Say>")
    sid = conference_of(rest)
    path = f"Conferences/{sid}/Participants/caller.json"
    assert rest("POST", path, {"Hold": "true", "HoldUrl": f"{application.url}/hold/"}).json()["hold"] is True
    caller.wait_for("please hold")
    leg.say("Not for their ears")
    assert rest("POST", path, {"Hold": "false"}).json()["hold"] is False
    leg.say("Back again")
    caller.wait_for("back again")
    assert "Not for their ears" not in caller.heard
    control.settle()
    assert events(application)[3:5] == ["participant-hold", "participant-unhold"]


def test_muted_is_not_heard(meeting, rest: Rest) -> None:
    caller, leg, _ = meeting
    path = f"Conferences/{conference_of(rest)}/Participants/{leg.sid}.json"
    assert rest("POST", path, {"Muted": "true"}).json()["muted"] is True
    leg.say("Silence")
    rest("POST", path, {"Muted": "false"})
    leg.say("Sound")
    caller.wait_for("sound")
    assert "Silence" not in caller.heard


def test_a_whisper_reaches_the_operator_alone(meeting, rest: Rest, control) -> None:
    caller, leg, _ = meeting
    with Desk(control, "boss", mode="answer", after=0) as boss:
        fields = {"To": "client:boss", "From": NUMBER, "Coaching": "true", "CallSidToCoach": leg.sid, "Label": "boss-1"}
        added = rest("POST", f"Conferences/{conference_of(rest)}/Participants.json", fields)
        assert added.status_code == 201 and added.json()["label"] == "boss-1"
        boss.wait_for("connected")
        supervisor = next(call for call in control.calls() if call["to"] == "client:boss")
        assert leg.wait(lambda: supervisor["sid"] in leg.facts["talks_with"])
        control.call("POST", f"/calls/{supervisor['sid']}/say", {"text": "Offer a refund"})
        leg.wait_for("offer a refund")
    assert "Offer a refund" not in caller.look().heard


def test_who_hears_whom_follows_every_change_of_a_third_participant(meeting, rest: Rest, control) -> None:
    caller, leg, _ = meeting
    with Desk(control, "boss", mode="answer", after=0) as boss:
        fields = {"To": "client:boss", "From": NUMBER, "Muted": "true", "Label": "boss-2"}
        assert rest("POST", f"Conferences/{conference_of(rest)}/Participants.json", fields).json()["muted"] is True
        boss.wait_for("connected")
        third = PhoneCall(control, next(call for call in control.calls() if call["to"] == "client:boss"))
        assert third.wait(lambda: third.hears(caller) and third.hears(leg))  # muted: hears both, heard by nobody
        assert not caller.hears(third) and not leg.hears(third)
        path = f"Conferences/{conference_of(rest)}/Participants/{third.sid}.json"
        whisper = {"Muted": "false", "Coaching": "true", "CallSidToCoach": leg.sid}
        assert rest("POST", path, whisper).json()["call_sid_to_coach"] == leg.sid
        assert leg.hears(third) and not caller.hears(third) and third.hears(caller)
        rest("POST", path, {"Muted": "false", "Coaching": "false"})
        assert leg.hears(third) and caller.hears(third)
        assert rest("POST", path, {"Coaching": "true", "CallSidToCoach": "CA" + "0" * 32}).json()["code"] == 21241


def test_new_instructions_take_a_caller_out(meeting, rest: Rest, application: Application, control) -> None:
    caller, _, desk = meeting
    application.pages["/elsewhere/"] = document("<Say>Elsewhere</Say>")
    rest("POST", f"Calls/{caller.sid}.json", {"Url": f"{application.url}/elsewhere/"})
    caller.wait_for("elsewhere")
    desk.wait_for("ended")
    control.settle()
    left = application.to("/events/", "participant-leave")[0]
    assert left["ReasonParticipantLeft"] == "participant_updated_via_api"


def test_a_label_in_use_is_turned_away(meeting, phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = document(f"<Dial>{room(label='operator-7')}</Dial>", "<Say>Turned away</Say>")
    phone.dial(NUMBER).wait_for("turned away")
    assert control.state()["warnings"][-1]["code"] == 16025


def test_an_announcement_is_heard_by_all(meeting, rest: Rest, application: Application, control) -> None:
    caller, leg, _ = meeting
    application.pages["/announce/"] = document("<Say>One minute left</Say>")
    rest("POST", f"Conferences/{conference_of(rest)}.json", {"AnnounceUrl": f"{application.url}/announce/"})
    caller.wait_for("one minute left")
    leg.wait_for("one minute left")
    assert caller.wait(lambda: application.to("/events/", "announcement-end"))


def test_the_first_participant_fixes_where_events_go(phone: Phone, application: Application, control) -> None:
    application.pages["/voice/"] = lambda request: document(
        "<Dial><Conference statusCallback='/first/' statusCallbackEvent='join'>odd</Conference></Dial>"
        if request["form"]["From"] == "+471"
        else f"<Dial>{room(name='odd')}</Dial>"
    )
    first = phone.dial(NUMBER, caller="+471").wait_for("in-progress")
    second = phone.dial(NUMBER, caller="+472").wait_for("talking")
    control.settle()
    assert [form["StatusCallbackEvent"] for form in application.to("/first/")] == ["participant-join"] * 2
    assert application.to("/events/") == []
    first.hang_up()
    second.hang_up()


def test_whoever_may_not_start_hears_the_waiting_document(phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document(
        "<Dial><Conference startConferenceOnEnter='false' waitUrl='/music/'>lobby</Conference></Dial>"
    )
    application.pages["/music/"] = document("<Say>The host is on the way</Say>")
    call = phone.dial(NUMBER).wait_for("host is on the way")
    call.hang_up()
