"""One call through the real processes: simulator, web, switchboard, database."""

from django.utils import timezone

from calls.models import Call, Offer
from calls.services import save_note
from operators.models import Presence
from tests.flows.conftest import state_of
from tests.system import until
from tests.world import number_of, operator


def ready(line, **fields):
    return operator(line, at=timezone.now(), **fields)


def test_a_caller_is_greeted_answered_and_logged(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line), caller="+4791111111")
        leg = desk.answer()
        caller.wait_for("talking")
        assert any("Welcome to City Water" in text for text in caller.heard)
        assert state_of(kari) == Presence.ON_CALL
        leg.hang_up()
        caller.wait_for("Goodbye")
        caller.wait_for("completed")
    call = until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="ended").first(), what="the end")
    assert (call.outcome, call.operator, call.ended_by) == ("answered", kari, "operator")
    assert until(lambda: state_of(kari) == Presence.WRAP_UP, within=2)
    save_note(
        call.pk, operator_id=kari.pk, by=kari.user, at=timezone.now(), topic_id=None, outcome="answered", summary="x"
    )
    assert state_of(kari) == Presence.READY
    system.at_rest()


def test_the_caller_ends_the_conversation(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        leg = desk.answer()
        caller.wait_for("talking")
        caller.hang_up()
        leg.wait_for("over")
        assert until(lambda: state_of(kari) == Presence.WRAP_UP, within=2)
    call = until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="ended").first())
    assert call.ended_by == "caller"
    system.at_rest()


def test_an_operator_on_a_telephone_presses_one(system, line):
    ready(line, phone="+4741000011", device="phone")
    with system.handset("+4741000011") as handset:
        caller = system.phone.dial(number_of(line))
        leg = handset.answer()
        leg.wait_for("Press 1")
        assert not caller.talking
        leg.press("1")
        caller.wait_for("talking")
        caller.hang_up()
    system.at_rest()
    assert Offer.objects.get(call__carrier_ref=caller.sid).state == "finished"
