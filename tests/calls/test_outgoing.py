"""An operator calls out: whom, from which state, and what becomes of a call that nobody takes."""

from datetime import timedelta

import pytest

from analytics.counting import SUMS, queued
from calls import services
from calls.expected import handling_time
from calls.follow_ups import to_call
from calls.models import Call, Callback, Caller, Instruction, Note, Offer, Outgoing, OutwardRule
from calls.timeline import timeline
from knowledge.models import Contact
from operators import presence
from operators.models import Operator, Presence
from tests.world import NOW, hotline, number_of, operator, sid

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(seconds=5)


@pytest.fixture
def line():
    return hotline("Water", country="NO", wrap_up_seconds=30)


@pytest.fixture
def kari(line):
    return operator(line, display_name="Kari")


@pytest.fixture
def engineer(line):
    return Contact.objects.create(hotline=line, name="Duty engineer", phone="40 00 00 61")


def came(line, caller="+4791234567", **fields):
    """A caller whose call is over."""
    facts = {"state": "ended", "outcome": "answered", "answered_at": NOW, "ended_at": NOW} | fields
    return Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), caller_number=caller,
        caller_kind="number" if caller else "withheld", arrived_at=NOW, **facts,
    )  # fmt: skip


def call_out(kari, to, at=LATER, **more):
    return services.call_out(Operator.objects.get(pk=kari.pk), str(to), by=kari.user, at=at, **more)


def state_of(kari):
    return Operator.objects.get(pk=kari.pk).state


def test_a_contact_is_called_by_the_operators_own_telephone_first(kari, engineer, line):
    call = call_out(kari, f"contact:{engineer.pk}")
    offer = call.offers.get()
    assert (offer.operator, offer.state, state_of(kari)) == (kari, "ringing", Presence.RINGING)
    assert Instruction.objects.get(call=call).kind == Instruction.Kind.RING
    assert (call.direction, call.caller_number, call.dialled) == ("outgoing", "+4740000061", number_of(line))
    assert call.number is None and call.queued_at is None
    services.accept_offer(offer.pk, leg_ref=sid(), at=LATER)
    assert Instruction.objects.filter(call=call, kind=Instruction.Kind.REACH).count() == 1
    assert next(line.text for line in timeline(call)) == "Kari calls Duty engineer."


def test_a_caller_is_called_back_by_the_number_of_the_call_and_never_by_a_keyed_one(kari, line):
    known = Caller.objects.create(number="+4791234567", name="Ola Nordmann")
    first = came(line, callback_to="+4799999999", language="nb")
    call = call_out(kari, first.pk)
    assert (call.caller_number, call.language, call.caller) == ("+4791234567", "nb", known)
    assert Outgoing.objects.get(call=call).origin == first
    assert "Kari calls this caller back." in [line.text for line in timeline(call)]


def test_a_number_that_a_caller_keyed_in_for_a_callback_is_not_called_by_way_of_its_tries(kari, line):
    for keyed in ("+4799999999", "+4791234567"):
        first = came(line)
        facts = {"asked_at": NOW, "queued_at": NOW, "promised_by": NOW, "state": "failed"}
        callback = Callback.objects.create(hotline=line, call=first, number=keyed, **facts)
        tried = came(line, keyed, direction="outgoing", callback=callback)
        if keyed == first.caller_number:
            assert call_out(kari, tried.pk).caller_number == keyed
        else:
            with pytest.raises(services.Refused, match="as the promised callback alone"):
                call_out(kari, tried.pk)


def test_withheld_callers_and_strangers_contacts_and_calls_are_refused(kari, line):
    other = hotline("Books", country="NO")
    theirs = Contact.objects.create(hotline=other, name="Else", phone="+4740000062")
    silent = Contact.objects.create(hotline=line, name="Mail only")
    wrong = {
        f"contact:{theirs.pk}": "no such contact",
        f"contact:{silent.pk}": "No telephone is known",
        "contact:x": "no such contact",
        came(other).pk: "no such call",
        came(line, "").pk: "no number",
    }
    for to, why in wrong.items():
        with pytest.raises(services.Refused, match=why):
            call_out(kari, to)
    assert state_of(kari) == Presence.READY and not Outgoing.objects.exists()


def test_a_typed_number_is_called_only_where_the_hotline_allows_it_and_by_the_rules(kari, line):
    with pytest.raises(services.Refused, match="does not call numbers that are typed"):
        call_out(kari, "+4740000061", hotline=line.slug)
    OutwardRule.objects.create(hotline=line, typed=True)
    with pytest.raises(services.Refused, match="for which hotline"):
        call_out(kari, "+4740000061")
    for number in ("+4682012345", "+4782900000", number_of(line), "118"):
        with pytest.raises(services.Refused):
            call_out(kari, number, hotline=line.slug)
    assert call_out(kari, "40000061", hotline=line.slug).caller_number == "+4740000061"


def test_the_costly_number_of_a_contact_is_refused_whoever_entered_it(kari, line):
    dear = Contact.objects.create(hotline=line, name="Prize draw", phone="+47 829 00 000")
    with pytest.raises(services.Refused, match="cannot be dialled"):
        call_out(kari, f"contact:{dear.pk}")


@pytest.mark.parametrize("state", ["break", "lunch", "offline", "wrap_up", "on_call", "ringing", "missed"])
def test_only_who_is_free_calls_out(kari, engineer, state):
    Operator.objects.filter(pk=kari.pk).update(state=state)
    with pytest.raises(services.Refused):
        call_out(kari, f"contact:{engineer.pk}")
    assert state_of(kari) == state


def test_who_was_at_other_work_goes_back_to_it(kari, engineer):
    presence.choose(kari.pk, Presence.OTHER, at=NOW, by=kari.user, reason="paperwork")
    call = call_out(kari, f"contact:{engineer.pk}")
    services.close_offer(call.offers.get().pk, Offer.State.DECLINED, at=LATER, reason="declined")
    after = Operator.objects.get(pk=kari.pk)
    assert (after.state, after.state_reason) == (Presence.OTHER, "paperwork")


@pytest.mark.parametrize("how", [Offer.State.DECLINED, Offer.State.MISSED, Offer.State.WITHDRAWN])
def test_who_does_not_take_their_own_telephone_calls_nobody_and_stays_ready(kari, engineer, how):
    call = call_out(kari, f"contact:{engineer.pk}")
    services.close_offer(call.offers.get().pk, how, at=LATER, reason="no answer")
    call.refresh_from_db()
    assert (call.state, call.outcome, state_of(kari)) == ("ended", "cancelled", Presence.READY)
    assert not Instruction.objects.filter(call=call, kind=Instruction.Kind.REACH).exists()


def test_it_is_offered_to_nobody_else(kari, engineer, line):
    operator(line)
    call = call_out(kari, f"contact:{engineer.pk}")
    services.assign(LATER)
    assert call.offers.count() == 1


def test_figures_and_expected_waits_do_not_count_it(kari, engineer, line):
    call = call_out(kari, f"contact:{engineer.pk}")
    services.accept_offer(call.offers.get().pk, leg_ref=sid(), at=LATER)
    services.call_ended(call.pk, at=LATER + timedelta(seconds=30), carrier_status="completed")
    day = (NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert queued([line.pk], *day).aggregate(**SUMS)["offered"] == 0
    assert handling_time(line, LATER) is None


def test_a_note_that_says_call_back_stands_on_the_desk_until_somebody_was_reached(kari, line, client):
    first = came(line, operator=kari)
    Note.objects.create(call=first, operator=kari, outcome="callback", saved_at=NOW)
    assert list(to_call(kari, LATER)) == [first]
    call = call_out(kari, first.pk)
    assert not to_call(kari, LATER)  # somebody is at it
    services.close_offer(call.offers.get().pk, Offer.State.MISSED, at=LATER, reason="no answer")
    assert list(to_call(kari, LATER)) == [first]
    Call.objects.filter(pk=call.pk).update(reached_at=LATER)
    assert not to_call(kari, LATER)
