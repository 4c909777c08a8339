"""How well callers said they were helped: the answers to the question after the conversation, counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count

from calls.models import Survey


@dataclass(frozen=True)
class Scores:
    """The answers of a time. `average` is of 1 to 5, over those who pressed a key; None if nobody did."""

    days: int
    asked: int = 0
    answered: int = 0
    average: float | None = None


def scores(hotline_ids: Iterable[int], days: int, at: datetime) -> dict[int, Scores]:
    """By hotline, the questions asked since so many days before `at`. One query; hotlines without one are left out."""
    asked = Survey.objects.filter(
        asked_at__gt=at - timedelta(days=days), asked_at__lte=at, call__hotline__in=list(hotline_ids),
        call__training=False,
    ).order_by()  # fmt: skip
    rows = asked.values_list("call__hotline").annotate(Count("id"), Count("score"), Avg("score"))
    return {pk: Scores(days, number, answered, average) for pk, number, answered, average in rows}
