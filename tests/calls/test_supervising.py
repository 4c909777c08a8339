"""What a supervisor does to people and to the line."""

from datetime import timedelta

import pytest

from calls import services
from calls.models import Call, Offer
from hotline.core.models import AuditEntry
from operators import presence
from operators.models import Device, Operator, Presence, PresenceChange
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator, make_user
from tests.world import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_hotline()


@pytest.fixture
def boss(line):
    return make_user("supervisor", line)


def state_of(operator):
    return Operator.objects.values_list("state", flat=True).get(pk=operator.pk)


def on_a_call(line, **fields):
    """An operator, and the call they are on."""
    operator = make_operator(line, state=Presence.ON_CALL)
    call = make_call(line, NOW, operator=operator, **{"answered_at": NOW, "state": Call.State.CONNECTED, **fields})
    Offer.objects.create(
        call=call, operator=operator, state="accepted", device="browser", made_at=NOW, ring_until=NOW, accepted_at=NOW
    )
    return operator, call


# --- states -------------------------------------------------------------------------------------
def test_a_supervisor_goes_ready_for_somebody_who_missed_a_call(line, boss):
    kari = make_operator(line, state=Presence.MISSED, desk_seen_at=NOW)
    assert services.set_state(kari.pk, "ready", by=boss, at=NOW) == "now"
    assert state_of(kari) == Presence.READY
    change = PresenceChange.objects.get(operator=kari)
    assert (change.cause, change.by) == ("supervisor", boss)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.by, entry.subject) == ("operator.state_set", boss, f"operator {kari.pk}")


def test_the_desk_of_somebody_put_ready_is_still_watched(line, boss):
    kari = make_operator(line, state=Presence.BREAK, desk_seen_at=NOW)
    services.set_state(kari.pk, "ready", by=boss, at=NOW)
    assert presence.drop_lost_desks(NOW + timedelta(seconds=61)) == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"state": Presence.OFFLINE, "desk_seen_at": NOW}, "nobody would hear"),
        ({"state": Presence.DISCONNECTED, "desk_seen_at": NOW - timedelta(seconds=90)}, "nobody would hear"),
        ({"state": Presence.MISSED, "device": Device.PHONE}, "No telephone number"),
        ({"state": Presence.MISSED, "active": False}, "does not work here"),
    ],
)
def test_nobody_is_put_ready_where_no_ring_would_be_heard(line, boss, fields, sentence):
    kari = make_operator(line, **fields)
    with pytest.raises(presence.Refused, match=sentence):
        services.set_state(kari.pk, "ready", by=boss, at=NOW)
    assert state_of(kari) == fields["state"]
    assert not AuditEntry.objects.exists()


def test_a_state_set_during_a_call_begins_after_it(line, boss):
    kari, call = on_a_call(line)
    assert services.set_state(kari.pk, "break", by=boss, at=NOW) == "next"
    assert state_of(kari) == Presence.ON_CALL
    assert Operator.objects.get(pk=kari.pk).next_state == Presence.BREAK


def test_ending_a_wrap_up_leads_to_the_break_that_the_operator_chose(line, boss):
    kari, call = on_a_call(line, ended_at=NOW, state=Call.State.ENDED)
    Operator.objects.filter(pk=kari.pk).update(state=Presence.WRAP_UP, next_state=Presence.BREAK)
    services.set_state(kari.pk, "ready", by=boss, at=NOW)
    assert state_of(kari) == Presence.BREAK
    call.refresh_from_db()
    assert call.wrapped_at == NOW


def test_only_what_a_person_may_choose_can_be_set(line, boss):
    kari = make_operator(line, state=Presence.READY)
    for state in ("ringing", "missed", "nonsense"):
        with pytest.raises(presence.Refused, match="cannot be chosen"):
            services.set_state(kari.pk, state, by=boss, at=NOW)


# --- releasing ----------------------------------------------------------------------------------
def test_somebody_held_by_a_call_that_is_over_is_released_and_can_be_offered_the_next(line, boss):
    kari, call = on_a_call(line, ended_at=NOW, state=Call.State.ENDED)
    services.release_stuck(kari.pk, by=boss, at=NOW)
    assert state_of(kari) == Presence.READY
    assert not Offer.objects.filter(state__in=["ringing", "accepted"]).exists()
    make_call(line, NOW)
    assert services.assign(NOW) == 1
    assert AuditEntry.objects.get().verb == "operator.released"


def test_nobody_is_taken_from_a_call_that_lasts(line, boss):
    kari, call = on_a_call(line)
    with pytest.raises(services.Refused, match="still lasts"):
        services.release_stuck(kari.pk, by=boss, at=NOW)
    assert state_of(kari) == Presence.ON_CALL
    assert Offer.objects.get().state == "accepted"


def test_whoever_is_not_held_is_not_released(line, boss):
    kari = make_operator(line, state=Presence.BREAK)
    with pytest.raises(services.Refused, match="is not held by a call"):
        services.release_stuck(kari.pk, by=boss, at=NOW)
    assert not AuditEntry.objects.exists()


# --- the line -----------------------------------------------------------------------------------
def test_a_call_brought_forward_is_offered_first(line, boss):
    first, last = (make_call(line, NOW - timedelta(minutes=m)) for m in (5, 1))
    services.bring_forward(last.pk, by=boss, at=NOW)
    make_operator(line, state=Presence.READY)
    services.assign(NOW)
    assert Offer.objects.get().call == last
    assert AuditEntry.objects.get().subject == f"call {last.pk}"


def test_the_next_call_is_not_brought_forward_again(line, boss):
    first, last = (make_call(line, NOW - timedelta(minutes=m)) for m in (5, 1))
    with pytest.raises(services.Refused, match="the next already"):
        services.bring_forward(first.pk, by=boss, at=NOW)
    services.bring_forward(last.pk, by=boss, at=NOW)
    services.bring_forward(first.pk, by=boss, at=NOW)
    with pytest.raises(services.Refused, match="the next already"):
        services.bring_forward(first.pk, by=boss, at=NOW)


def test_a_call_that_was_answered_meanwhile_is_not_brought_forward(line, boss):
    call = make_call(line, NOW, wait=3, talk=9)
    with pytest.raises(services.Refused, match="does not wait"):
        services.bring_forward(call.pk, by=boss, at=NOW)


def test_a_call_stays_behind_those_of_hotlines_that_come_first(line, boss):
    urgent = make_call(make_hotline(), NOW, priority=10)
    make_call(line, NOW - timedelta(minutes=5))
    last = make_call(line, NOW)
    services.bring_forward(last.pk, by=boss, at=NOW)
    last.refresh_from_db()
    assert last.priority < urgent.priority
