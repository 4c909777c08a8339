"""What the carrier asks for the legs of ended calls: which are still to be asked about, and what came of asking.

A leg is asked about after a moment, then at growing intervals for some hours: the carrier works a price out some time
after the end, and says nothing of what it does not charge. Amounts are decimals of the main unit, with every digit that
the carrier gave.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from calls.models import Attendance, Call, Leg, LegPrice, Offer
from lines import currencies
from operators.models import Device

What = LegPrice.What
BACK = timedelta(days=3)  # older calls are not looked at
AFTER = timedelta(seconds=15)  # the end of a call, and then the first question
LEASE = timedelta(minutes=5)  # whoever took a row and died is followed by another
TIMES = 8
_STEP, _LONGEST = timedelta(minutes=1), timedelta(hours=2)


def find_new(at: datetime, *, limit: int) -> int:
    """Take up the legs of ended calls that nobody asked about yet, of at most `limit` calls; how many calls."""
    rung = Offer.objects.filter(call=OuterRef("pk"), leg_ref__isnull=False)
    known = Q(carrier_ref__contains=":")  # a name of our own: the carrier never had this call
    calls = Call.objects.filter(arrived_at__gt=at - BACK, ended_at__lt=at - AFTER, training=False)
    calls = calls.filter(~Exists(LegPrice.objects.filter(call=OuterRef("pk"))))
    found = list(calls.filter(~known | Exists(rung)).order_by("arrived_at")[:limit])
    LegPrice.objects.bulk_create(_legs(found, at), ignore_conflicts=True)
    return len(found)


def _legs(calls: list[Call], at: datetime) -> Iterator[LegPrice]:
    by_id = {call.pk: call for call in calls}
    for call in calls:
        if ":" not in call.carrier_ref:
            yield _row(call, call.carrier_ref, What.OUTWARD if call.is_outgoing else What.CALLER, call.arrived_at, at)
    for offer in Offer.objects.filter(call__in=calls, leg_ref__isnull=False):
        what = What.TELEPHONE if offer.device == Device.PHONE else What.OPERATOR
        yield _row(by_id[offer.call_id], offer.leg_ref, what, offer.made_at, at)
    for leg in Leg.objects.filter(call__in=calls, leg_ref__isnull=False):
        yield _row(by_id[leg.call_id], leg.leg_ref, What.OUTSIDE, leg.made_at, at)
    for attendance in Attendance.objects.filter(call__in=calls, leg_ref__isnull=False).exclude(leg_ref=""):
        yield _row(by_id[attendance.call_id], attendance.leg_ref, What.SUPERVISOR, attendance.asked_at, at)


def _row(call: Call, leg_ref: Any, what: str, made_at: datetime, at: datetime) -> LegPrice:
    return LegPrice(call=call, hotline_id=call.hotline_id, leg_ref=leg_ref, what=what, made_at=made_at, due_at=at)


_CLAIM = """
UPDATE calls_legprice SET due_at = %(until)s, asked = asked + 1
 WHERE id IN (SELECT id FROM calls_legprice WHERE due_at <= %(at)s ORDER BY due_at, id
               LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


def claim(at: datetime, *, limit: int) -> list[LegPrice]:
    """Up to `limit` legs to ask about now; no two who ask at once get the same one."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "until": at + LEASE, "limit": limit})
        ids = [row[0] for row in cursor.fetchall()]
    return list(LegPrice.objects.filter(pk__in=ids).order_by("pk"))


def put_back(rows: Iterable[LegPrice], *, until: datetime) -> None:
    """Not asked about after all: as before the claim, and not before `until`."""
    for row in rows:
        LegPrice.objects.filter(pk=row.pk).update(due_at=until, asked=row.asked - 1)


def told(row: LegPrice, *, at: datetime, seconds: int | None, price: Decimal | None, currency: str) -> bool:
    """What the carrier said of a leg; True if that is its price. Without one it is asked again, some times."""
    if price is not None:
        facts = {"seconds": seconds, "price": price, "currency": currency, "due_at": None}
        LegPrice.objects.filter(pk=row.pk).update(**facts)
        return True
    again = at + min(_LONGEST, _STEP * 2 ** (row.asked - 1)) if row.asked < TIMES else None
    LegPrice.objects.filter(pk=row.pk).update(seconds=seconds, due_at=again)
    return False


def unknown(row: LegPrice) -> None:
    """The carrier knows no such leg: it is not asked again."""
    LegPrice.objects.filter(pk=row.pk).update(due_at=None)


@dataclass(frozen=True)
class Asked:
    """What the carrier asks for a call: `total` of all its legs so far, each with its own, in words."""

    total: str
    parts: list[tuple[str, str]]
    open: bool  # of some legs it has not said yet


def asked_for(call: Call) -> Asked | None:
    """What is known of the carrier's prices of a call; None before anything is. One query."""
    rows = list(call.prices.order_by("made_at", "pk"))
    priced = [row for row in rows if row.price is not None]
    if not priced:
        return None
    sums: dict[str, Decimal] = {}
    for row in priced:
        sums[row.currency] = sums.get(row.currency, Decimal(0)) + (row.price or 0)
    parts = [(str(row.get_what_display()), currencies.priced(row.price or Decimal(0), row.currency)) for row in priced]
    return Asked(
        total=" + ".join(currencies.priced(amount, currency) for currency, amount in sorted(sums.items())),
        parts=parts,
        open=any(row.due_at for row in rows),
    )
