"""Hold: music for the caller, silence for the operator, a word in the journal; and who may do it."""

from operators.models import Presence
from tests.flows.incall import Talk
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready


def test_a_caller_on_hold_hears_music_and_nobody_hears_the_caller_until_they_are_back(system, line):
    talk = Talk(system, line)
    with talk.desk:
        talk.talks(talk.leg, "before")
        assert talk.wished("hold")["on_hold"]
        talk.hears_music()
        talk.caller.say("nobody should hear this")
        assert not talk.wished("resume")["on_hold"]
        talk.talks(talk.leg, "after")
        assert not any("nobody should hear" in text for text in talk.leg.look().heard)
        talk.caller.hang_up()
    assert over(talk.caller).outcome == "answered"
    assert "Kari put the caller on hold." in talk.text() and "The caller is off hold again." in talk.text()
    system.at_rest()


def test_hold_said_twice_is_one_hold_and_resume_without_hold_is_no_error(system, line):
    talk = Talk(system, line)
    with talk.desk:
        assert talk.wished("resume")["on_hold"] is False
        first = talk.wished("hold")
        assert talk.wished("hold") == first
        talk.hears_music()
        talk.wished("resume"), talk.wished("resume")
        talk.talks(talk.leg, "again")
        talk.caller.hang_up()
    over(talk.caller)
    assert (talk.kinds().count("held"), talk.kinds().count("resumed")) == (1, 1)
    system.at_rest()


def test_only_the_calls_operator_or_a_supervisor_holds_and_only_a_live_call(system, line):
    talk, stranger = Talk(system, line), ready(line)
    with talk.desk:
        assert talk.wish("hold", by=stranger).status_code == 403
        assert not talk.fresh().held_at
        talk.caller.hang_up()
        over(talk.caller)
    late = talk.wish("hold")
    assert (late.status_code, late.json()["detail"]) == (409, "This call is not in conversation.")
    system.at_rest()


def test_a_caller_hangs_up_on_hold(system, line):
    talk = Talk(system, line)
    with talk.desk:
        talk.wished("hold")
        talk.hears_music()
        talk.caller.hang_up()
        talk.freed(talk.kari)
    assert (over(talk.caller).ended_by, talk.fresh().held_at) == ("caller", None)
    system.at_rest()


def test_an_operator_whose_browser_dies_leaves_a_caller_on_hold_first_in_the_line(system, line):
    talk = Talk(system, line)
    talk.wished("hold")
    talk.hears_music()
    with system.desk(talk.ola) as olas:
        talk.desk.unplug()
        talk.freed(talk.kari)
        leg = olas.answer()
        talk.talks(leg, "with Ola")
        talk.caller.hang_up()
    assert over(talk.caller).operator == talk.ola
    assert "first in the line again" in talk.text()
    system.at_rest()


def test_hanging_up_from_the_desk_on_hold_is_meant(system, line):
    talk = Talk(system, line)
    with talk.desk:
        talk.wished("hold")
        talk.hears_music()
        talk.wished("hangup")
        talk.caller.wait_for("Goodbye")
        talk.freed(talk.kari)
    assert over(talk.caller).operator == talk.kari
    system.at_rest()


def test_hanging_up_through_the_server_works_on_a_telephone_too(system, line):
    talk = Talk(system, line, own_phone="+4741000051")
    with talk.desk:
        talk.wished("hangup")
        talk.caller.wait_for("Goodbye")
        talk.freed(talk.kari)
    assert (over(talk.caller).outcome, over(talk.caller).ended_by) == ("answered", "operator")
    system.at_rest()


def test_a_conference_that_becomes_visible_late_is_held_all_the_same(system, line):
    talk = Talk(system, line)
    with talk.desk:
        talk.call.events.filter(kind="connected").delete()  # its first word was lost
        talk.wished("hold")
        talk.hears_music()
        talk.caller.hang_up()
        talk.freed(talk.kari, Presence.WRAP_UP)
    over(talk.caller)
    system.at_rest()
