"""The caller hangs up at every step: the right outcome each time, the operator freed within 2 s, nobody rung by a ghost
(T37)."""

import pytest
from django.utils import timezone

from calls.models import Call
from operators.models import Presence
from tests.flows.conftest import state_of
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import hotline, number_of


def over(caller) -> Call:
    return until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="ended").first(), what="the end of the call")


def test_before_the_first_answer(system, line):
    caller = system.phone.dial(number_of(line), hang_up_at="request")
    assert over(caller).outcome == "abandoned"
    system.at_rest()


def test_during_the_greeting(system, line):
    kari = ready(line)
    caller = system.phone.dial(number_of(line), hang_up_at="Say")
    call = over(caller)
    assert (call.outcome, call.queued_at, state_of(kari)) == ("abandoned", None, Presence.READY)
    system.at_rest()


def test_in_the_queue(system, line):
    kari = ready(line)
    from operators import presence

    presence.choose(kari.pk, Presence.BREAK, at=timezone.now(), by=kari.user)
    caller = system.phone.dial(number_of(line)).wait_for("waiting")
    caller.hang_up()
    call = over(caller)
    assert (call.outcome, call.ended_by, call.offered_at) == ("abandoned", "caller", None)
    system.at_rest()


def test_while_an_operator_is_rung(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        desk.rings()
        caller.hang_up()
        until(lambda: state_of(kari) == Presence.READY, within=2, what="the operator's freedom")
        desk.wait_for("stopped", timeout=5)
    assert over(caller).outcome == "abandoned"
    system.at_rest()


def test_while_a_telephone_hears_press_one(system, line):
    kari = ready(line, phone="+4741000021", device="phone")
    with system.handset("+4741000021") as handset:
        caller = system.phone.dial(number_of(line))
        leg = handset.answer()
        leg.wait_for("Press 1")
        caller.hang_up()
        until(lambda: state_of(kari) == Presence.READY, within=2)
        leg.wait_for("over")
    assert over(caller).outcome == "abandoned"
    system.at_rest()


def test_in_conversation(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        leg = desk.answer()
        caller.wait_for("talking")
        caller.hang_up()
        until(lambda: state_of(kari) == Presence.WRAP_UP, within=2)
        leg.wait_for("over")
    assert (over(caller).outcome, over(caller).ended_by) == ("answered", "caller")
    system.at_rest()


def test_during_the_farewell(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        leg = desk.answer()
        caller.wait_for("talking")
        leg.hang_up()
        caller.wait_for("Goodbye")
        caller.hang_up()
    assert (over(caller).outcome, over(caller).ended_by) == ("answered", "operator")
    system.at_rest()


@pytest.mark.parametrize("step", ["Say", "Record"])
def test_in_voicemail(system, line, step):
    caller = system.phone.dial(number_of(line))
    caller.wait_for("Please leave a message")
    if step == "Record":
        caller.wait(lambda: caller.facts["doing"] == "Record", 10)
    caller.hang_up()
    call = over(caller)
    assert call.outcome == "voicemail"
    system.at_rest()


def test_during_the_closing_words(system, line):
    closed = hotline(always_open=False)
    caller = system.phone.dial(number_of(closed), hang_up_at="Say")
    assert over(caller).outcome == "closed"
    system.at_rest()
