"""Notes: drafts, conflicts, and what a save does to the operator who wrote it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Note, Offer, Topic
from calls.notes import Conflict, end_overdue_wrap_ups, save_draft, save_note
from calls.offers import accept_offer, leg_ended
from calls.services import Refused, assign, call_ended
from operators.models import Operator, Presence
from tests.world import hotline, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def talking():
    """An operator in conversation."""
    line = hotline(wrap_up_seconds=30)
    at = timezone.now()
    kari = operator(line, at=at)
    call = Call.objects.create(
        carrier_ref=sid(), hotline=line, state="waiting", arrived_at=at, queued_at=at, caller_kind="withheld"
    )
    assign(at)
    offer = Offer.objects.get()
    assert accept_offer(offer.pk, leg_ref=sid(), at=at).won
    return kari, call, offer


def state(kari) -> str:
    return Operator.objects.get(pk=kari.pk).state


def write(kari, call, **more):
    facts = {"topic_id": None, "outcome": "answered", "summary": "Parcel found."} | more
    return save_note(call.pk, operator_id=kari.pk, by=kari.user, at=timezone.now(), **facts)


def test_a_note_saved_during_the_call_spares_the_wrap_up(talking):
    kari, call, offer = talking
    write(kari, call)
    assert state(kari) == Presence.ON_CALL
    leg_ended(offer.pk, at=timezone.now(), status="completed")
    assert state(kari) == Presence.READY


def test_a_saved_note_ends_the_wrap_up(talking):
    kari, call, offer = talking
    call_ended(call.pk, at=timezone.now())
    assert state(kari) == Presence.WRAP_UP
    write(kari, call)
    assert state(kari) == Presence.READY


def test_the_wrap_up_ends_by_itself_but_not_while_somebody_types(talking):
    kari, call, offer = talking
    at = timezone.now()
    call_ended(call.pk, at=at)
    assert end_overdue_wrap_ups(at + timedelta(seconds=29)) == 0
    save_draft(call.pk, operator_id=kari.pk, at=at + timedelta(seconds=28), summary="He sa")
    assert end_overdue_wrap_ups(at + timedelta(seconds=31)) == 0
    assert end_overdue_wrap_ups(at + timedelta(seconds=39)) == 1
    assert state(kari) == Presence.READY


def test_a_break_chosen_during_the_call_begins_after_the_note(talking):
    from operators import presence

    kari, call, offer = talking
    assert presence.choose(kari.pk, Presence.LUNCH, at=timezone.now(), by=kari.user) == "next"
    call_ended(call.pk, at=timezone.now())
    write(kari, call)
    assert state(kari) == Presence.LUNCH


def test_two_people_cannot_overwrite_one_another_in_silence(talking):
    kari, call, _ = talking
    first = write(kari, call)
    write(kari, call, version=first.version, summary="Second.")
    with pytest.raises(Conflict) as conflict:
        write(kari, call, version=first.version, summary="Third.")
    assert conflict.value.current.summary == "Second."
    assert list(Note.objects.get().versions.values_list("summary", flat=True)) == ["Second.", "Parcel found."]


def test_a_foreign_topic_and_an_unknown_outcome_are_refused_with_a_sentence(talking):
    kari, call, _ = talking
    foreign = Topic.objects.create(hotline=hotline(), name="Elsewhere")
    with pytest.raises(Refused, match="does not belong"):
        write(kari, call, topic_id=foreign.pk)
    with pytest.raises(Refused, match="choose one of"):
        write(kari, call, outcome="exploded")
    assert not Note.objects.filter(saved_at__isnull=False).exists()
