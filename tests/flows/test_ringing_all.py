"""A hotline that rings everybody at once: browsers and telephones ring, one has the call, all others are free (T41)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress

import pytest
from django.utils import timezone

from calls.lifeline import lifeline
from calls.models import Call, Offer
from calls.one_moment import ONE_MOMENT
from calls.timeline import timeline
from operators import presence
from operators.models import Operator, Presence
from telephony.simulator.phone import NothingHappened
from tests.flows.conftest import state_of
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import hotline, number_of


@pytest.fixture
def everybody(system):
    return hotline(organisation="City Water", rings_all=True, ring_seconds=60, wrap_up_seconds=0)


def ringing(caller, count):
    """The call's rings, once so many telephones really ring."""
    offers = Offer.objects.filter(call__carrier_ref=caller.sid, state="ringing", rang_at__isnull=False)
    return until(lambda: offers.count() == count and list(offers), what=f"{count} rings")


def test_browsers_and_telephones_ring_at_once_and_stop_when_one_accepts(system, everybody):
    kari, ola = ready(everybody, display_name="Kari"), ready(everybody, display_name="Ola")
    siri = ready(everybody, display_name="Siri", phone="+4741000071", device="phone")
    idle = dict(Operator.objects.values_list("pk", "idle_since"))
    with system.desk(kari) as karis, system.desk(ola) as olas, system.handset("+4741000071") as siris:
        caller = system.phone.dial(number_of(everybody))
        ringing(caller, 3)
        last = Offer.objects.latest("made_at").made_at
        until(lambda: timezone.now() > last + ONE_MOMENT, within=3, what="the moment in which all are rung to be over")
        late = ready(everybody, display_name="Late")
        with system.desk(late) as lates:
            lates.rings()
            handset = siris.answer()
            handset.wait_for("Press 1")
            olas.answer()
            caller.wait_for("talking")
            for free in (kari, siri, late):
                until(lambda free=free: state_of(free) == Presence.READY, within=2, what="the freedom of the others")
            handset.wait_for("over", timeout=5)
            karis.wait_for("stopped", timeout=5)
            lates.wait_for("stopped", timeout=5)
            assert Operator.objects.get(pk=kari.pk).idle_since == idle[kari.pk]
            assert state_of(ola) == Presence.ON_CALL
        caller.hang_up()
    call = over(caller)
    assert (call.operator, call.offers.filter(reason="taken").count()) == (ola, 3)
    said = [line.text for line in timeline(call, together=True)]
    assert "It rang for Kari, Ola and Siri." in said
    assert "It rang for Late." in said
    assert "It stopped ringing at Kari, Late and Siri: somebody else had answered." in said
    assert next(step.word for step in lifeline(call) if step.kind == "rang") == "Rang Kari, Ola and Siri at once"
    system.at_rest()


def test_an_operator_on_a_telephone_takes_the_call_and_a_voicemail_box_does_not(system, everybody):
    kari = ready(everybody)
    ready(everybody, phone="+4741000072", device="phone")
    siri = ready(everybody, phone="+4741000073", device="phone")
    with (
        system.desk(kari) as desk,
        system.handset("+4741000072", mode="voicemail"),
        system.handset("+4741000073") as handset,
    ):
        caller = system.phone.dial(number_of(everybody))
        desk.rings()
        leg = handset.answer()
        leg.wait_for("Press 1")
        leg.press("1")
        caller.wait_for("talking")
        until(lambda: state_of(kari) == Presence.READY, within=2)
        desk.wait_for("stopped", timeout=5)
        caller.hang_up()
    assert over(caller).operator == siri
    system.at_rest()


def test_all_are_freed_when_the_caller_hangs_up(system, everybody):
    people = [ready(everybody) for _ in range(3)]
    people.append(ready(everybody, phone="+4741000074", device="phone"))
    with ExitStack() as stack:
        desks = [stack.enter_context(system.desk(each)) for each in people[:3]]
        handset = stack.enter_context(system.handset("+4741000074"))
        caller = system.phone.dial(number_of(everybody))
        ringing(caller, 4)
        caller.hang_up()
        free = Operator.objects.filter(pk__in=[each.pk for each in people], state=Presence.READY)
        until(lambda: free.count() == 4, within=2, what="the freedom of all")
        for telephone in (*desks, handset):
            telephone.wait_for("stopped", timeout=5)
    assert over(caller).outcome == "abandoned"
    system.at_rest()


def test_one_declines_one_misses_and_it_rings_on_at_whoever_comes(system):
    line = hotline(rings_all=True, ring_seconds=20, wrap_up_seconds=0)
    kari, ola, late = ready(line), ready(line), ready(line)
    presence.choose(late.pk, Presence.BREAK, at=timezone.now(), by=late.user)
    with system.desk(kari) as karis, system.desk(ola), system.desk(late) as lates:
        caller = system.phone.dial(number_of(line))
        karis.decline()
        until(lambda: state_of(kari) == Presence.MISSED)
        until(lambda: state_of(ola) == Presence.MISSED, within=20, what="Ola's miss")
        assert Call.objects.get(carrier_ref=caller.sid).state == "waiting"
        presence.choose(late.pk, Presence.READY, at=timezone.now(), by=late.user)
        lates.answer()
        caller.wait_for("talking").hang_up()
    assert over(caller).operator == late
    system.at_rest()


def test_of_several_who_answer_at_once_one_has_the_caller(system, everybody):
    people = [ready(everybody) for _ in range(6)]
    with ExitStack() as stack:
        desks = [stack.enter_context(system.desk(each)) for each in people]
        for _ in range(3):
            caller = system.phone.dial(number_of(everybody))
            ringing(caller, 6)
            with ThreadPoolExecutor(6) as hands:
                list(hands.map(_answer, desks))
            caller.wait_for("talking")
            call = Call.objects.get(carrier_ref=caller.sid)
            assert call.offers.filter(accepted_at__isnull=False).count() == 1
            others = Operator.objects.filter(pk__in=[each.pk for each in people]).exclude(pk=call.operator_id)
            until(lambda others=others: others.filter(state=Presence.READY).count() == 5, within=2, what="all free")
            caller.hang_up()
            until(lambda call=call: state_of(call.operator) == Presence.READY, what="the end")
            system.at_rest()


def _answer(desk):
    with suppress(NothingHappened):  # somebody was faster
        desk.answer()
