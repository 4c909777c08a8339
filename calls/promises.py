"""Callbacks read over many rows: who is to be called, what was kept, and whom nobody reached."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from calls.callbacks import OPEN
from calls.models import Callback

PERIOD = timedelta(days=7)
SETTLED_SHOWN = 50
FOLLOW_UPS_SHOWN = 3


@dataclass(frozen=True)
class Record:
    """What became of the promises of a period. Those that the caller made void count neither way."""

    kept: int
    broken: int
    reached: int

    @property
    def promised(self) -> int:
        return self.kept + self.broken

    @property
    def percent(self) -> int | None:
        return round(100 * self.kept / self.promised) if self.promised else None


def of_hotlines(hotline_ids: Iterable[int]) -> "QuerySet[Callback]":
    return Callback.objects.filter(hotline__in=list(hotline_ids))


def to_be_made(hotline_ids: Iterable[int]) -> "QuerySet[Callback]":
    """Open callbacks in the order in which they will be made."""
    found = of_hotlines(hotline_ids).filter(state__in=OPEN).select_related("hotline", "operator", "call__caller")
    return found.order_by("-priority", "queued_at", "id")


def how_many_wait(hotline_ids: Iterable[int]) -> int:
    """Callbacks promised and not yet being made."""
    return of_hotlines(hotline_ids).filter(state=Callback.State.WAITING).count()


def settled(hotline_ids: Iterable[int], at: datetime) -> "QuerySet[Callback]":
    """The last of the period, newest first."""
    found = of_hotlines(hotline_ids).exclude(state__in=OPEN).filter(asked_at__gt=at - PERIOD)
    return found.select_related("hotline", "operator", "call__caller").order_by("-asked_at", "-id")[:SETTLED_SHOWN]


def record_of(hotline_ids: Iterable[int], at: datetime) -> Record:
    """The promises of the period: kept when the number was dialled by the promised time."""
    late = Q(tried_at__gt=F("promised_by"))
    never = Q(tried_at=None) & (Q(state__in=OPEN, promised_by__lt=at) | Q(state__in=["failed", "done"]))
    counted = of_hotlines(hotline_ids).filter(asked_at__gt=at - PERIOD).aggregate(
        kept=Count("id", filter=Q(tried_at__lte=F("promised_by"))),
        broken=Count("id", filter=late | never),
        reached=Count("id", filter=Q(state=Callback.State.DONE)),
    )  # fmt: skip
    return Record(**counted)


def follow_ups(hotline_ids: Any) -> "QuerySet[Callback]":
    """Those who were promised a callback and not reached, until somebody sees to them; longest ago first."""
    found = Callback.objects.filter(state=Callback.State.FAILED, handled_at=None, hotline__in=hotline_ids)
    return found.select_related("hotline", "call__caller").order_by("done_at")[:FOLLOW_UPS_SHOWN]
