"""An operator's lines: who waits on each, since when, and who else is ready."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, IntegerField, Min, OuterRef, Subquery
from django.db.models.functions import Coalesce

from calls.models import Call
from lines.models import Hotline, Number
from operators.models import Operator, Presence


@dataclass(frozen=True)
class Line:
    """One hotline as its operator sees it; `ready` counts the colleagues who could answer now."""

    pk: int
    name: str
    colour: int
    goal_seconds: int
    called: list[str]
    waiting: int
    since: datetime | None
    ready: int


def lines_of(operator: Operator) -> list[Line]:
    """The lines of an operator, in one query for all of it: every desk asks at every change."""
    waiting = Call.objects.filter(hotline=OuterRef("pk"), state=Call.State.WAITING).order_by().values("hotline")
    colleagues = Operator.objects.filter(hotlines=OuterRef("pk"), state=Presence.READY, active=True)
    ready = colleagues.exclude(pk=operator.pk).order_by().values("hotlines").annotate(n=Count("pk"))
    rows = Hotline.objects.filter(operators=operator, active=True).values(
        "pk",
        "name",
        "colour",
        goal_seconds=F("service_level_seconds"),
        called=ArraySubquery(Number.objects.filter(hotline=OuterRef("pk"), active=True).values("number")),
        waiting=_or_zero(Subquery(waiting.annotate(n=Count("pk")).values("n"))),
        since=Subquery(waiting.annotate(since=Min("queued_at")).values("since")),
        ready=_or_zero(Subquery(ready.values("n"))),
    )
    return [Line(**row) for row in rows]


def _or_zero(counted: Subquery) -> Coalesce:
    return Coalesce(counted, 0, output_field=IntegerField())


def uncovered(lines: list[Line]) -> Line | None:
    """The line on which nobody else is ready, the one with the most callers first; None while all have cover."""
    return max((line for line in lines if not line.ready), key=lambda line: line.waiting, default=None)
