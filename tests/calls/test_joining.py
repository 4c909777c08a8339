"""A caller joins the line and asks again: the quick way ends as the careful one does, and asks the database little."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from calls import joining
from calls.expected import TALK
from calls.facts import TIMES
from calls.models import Call
from calls.queries import by_ref
from calls.services import call_waits
from lines.pricing import set_tariff
from lines.tariffs import Tariff
from tests.calls.test_webhooks import arrive
from tests.world import CarrierHand, hotline, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)

KNOWN = {
    "nothing": {},
    "its name at the carrier": {"lookup_ref": "QU1"},
    "that it waits": {"queued_at": -20, "state": "waiting"},
    "that it is over": {"ended_at": -5, "state": "ended", "outcome": "abandoned", "ended_by": "caller"},
    "that it went to voicemail": {"voicemail_at": -5, "state": "voicemail"},
    "that it was sent on": {"sent_at": -5, "state": "sent"},
    "that somebody talks with it": {"answered_at": -5, "queued_at": -9, "state": "connected", "outcome": ""},
    "that it was answered, not that it waited": {"answered_at": -5, "state": "connected"},
}


def call_that(line, now, known, **more) -> Call:
    moved = {name: now + timedelta(seconds=value) if isinstance(value, int) else value for name, value in known.items()}
    facts = {"carrier_ref": sid(), "hotline": line, "arrived_at": now - timedelta(seconds=30)} | moved | more
    return Call.objects.create(**facts)


def ended_as(call) -> tuple:
    """The row's facts and its journal, in order."""
    call = Call.objects.get(pk=call.pk)
    names = (*TIMES, "sent_at", "state", "outcome", "ended_by", "lookup_ref")
    return [getattr(call, name) for name in names], list(
        call.events.order_by("id").values_list("kind", "key", "data", "source", "at")
    )


@pytest.mark.parametrize("priced", [False, True])
@pytest.mark.parametrize("known", KNOWN.values(), ids=KNOWN)
def test_the_quick_way_into_the_line_ends_as_the_careful_one(known, priced):
    line, now = hotline(), timezone.now()
    terms = {"kind": "per_minute", "price": Decimal("14.5"), "currency": "NOK", "rounding": "minute"}
    set_tariff(line.numbers.get(), by=None, at=now - timedelta(days=1), **terms)
    tariff = Tariff.objects.get() if priced else None
    quick, careful = (call_that(line, now, known, tariff=tariff) for _each in range(2))
    returned = call_waits(quick.pk, at=now, lookup_ref="QU2")
    joining._with_care(careful.pk, now, "QU2")
    assert ended_as(quick) == ended_as(careful)
    assert (returned.state, returned.queued_at) == (by_ref(quick.pk).state, by_ref(quick.pk).queued_at)
    once = ended_as(quick)
    call_waits(quick.pk, at=now + timedelta(seconds=9), lookup_ref="QU3")
    assert ended_as(quick) == once, "told again it changes nothing"


def test_a_price_that_the_request_did_not_know_of_is_journalled_all_the_same():
    line, now = hotline(), timezone.now()
    stale = call_that(line, now, {})
    terms = {"kind": "per_minute", "price": Decimal("14.5"), "currency": "NOK", "rounding": "minute"}
    tariff = set_tariff(line.numbers.get(), by=None, at=now - timedelta(days=1), **terms)
    Call.objects.filter(pk=stale.pk).update(tariff=tariff)
    call_waits(stale.pk, at=now, known=stale)
    assert [event.kind for event in stale.events.order_by("id")] == ["greeted", "price_said", "queued"]


def test_whoever_waits_asks_the_database_three_times_at_most(django_assert_max_num_queries):
    carrier, line = CarrierHand(), hotline(callbacks_enabled=True, callback_caller_first=True)
    operator(line)
    form, _text = arrive(carrier, line)
    path = f"/twilio/wait/{Call.objects.get().pk}/"
    carrier.post(path, form)  # prepares what this connection has not met
    with django_assert_max_num_queries(3):
        assert b"<Play" in carrier.post(path, form).content


def test_the_call_with_its_hotline_is_what_the_models_say():
    line, now = hotline(languages=["nb", "en"]), timezone.now()
    made = call_that(line, now, KNOWN["that it waits"], skills=["billing:2"])
    read, same = by_ref(made.pk), Call.objects.select_related("hotline").get(pk=made.pk)
    for one, other in ((read, same), (read.hotline, same.hotline)):
        assert {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields} == {
            field.attname: getattr(other, field.attname) for field in other._meta.concrete_fields
        }
    unrouted = Call.objects.create(carrier_ref=sid(), arrived_at=now)
    assert by_ref(unrouted.pk).hotline is None
    read.language = "fil"
    read.save(update_fields=["language"])
    assert Call.objects.get(pk=made.pk).language == "fil"


def test_the_talk_of_the_last_half_hour_is_found_without_reading_every_call():
    line, now = hotline(), timezone.now()
    old = [now - timedelta(hours=n) for n in range(1, 400)]
    Call.objects.bulk_create(
        Call(carrier_ref=sid(), hotline=line, arrived_at=at, answered_at=at, ended_at=at, state="ended") for at in old
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE calls_call")
        cursor.execute(f"EXPLAIN {TALK}", {"hotline": line.pk, "at": now})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "call_answered_lately" in plan, plan
