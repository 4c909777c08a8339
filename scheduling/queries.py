"""What is read about shifts: who is on duty, whose break comes next, the shifts of some days."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from operators.models import Operator
from scheduling.models import Break, Shift


def on_duty(at: datetime) -> QuerySet[Operator]:
    """Operators with a shift at a moment who are not in a break of it.

    A break counts from when it was to begin, or did; until it was to end, or did.
    """
    shifts = Shift.objects.filter(operator=OuterRef("pk"), starts_at__lte=at, ends_at__gt=at)
    pausing = Break.objects.filter(shift__operator=OuterRef("pk")).filter(_in_break(at))
    return Operator.objects.filter(Exists(shifts), ~Exists(pausing), active=True)


def shift_at(operator_id: int, at: datetime) -> Shift | None:
    """The shift an operator is in at a moment."""
    return _with_breaks(Shift.objects.filter(operator_id=operator_id, starts_at__lte=at, ends_at__gt=at)).first()


def next_shift(operator_id: int, at: datetime) -> Shift | None:
    """The first shift that begins after a moment."""
    return _with_breaks(Shift.objects.filter(operator_id=operator_id, starts_at__gt=at)).first()


def next_break(operator_id: int, at: datetime) -> Break | None:
    """The break to come in the shift of a moment, or the one that is due and waits for the call in hand."""
    to_come = Break.objects.filter(
        shift__operator_id=operator_id,
        shift__starts_at__lte=at,
        shift__ends_at__gt=at,
        ends_at__gt=at,
        begun_at=None,
        finished_at=None,
    )
    return to_come.select_related("shift").first()


def break_in_hand(operator_id: int) -> Break | None:
    """The planned break that an operator is taking now."""
    taken = Break.objects.filter(shift__operator_id=operator_id, begun_at__isnull=False, finished_at=None)
    return taken.select_related("shift").order_by("-begun_at").first()


def shifts_between(operators: QuerySet[Operator], start: datetime, end: datetime) -> QuerySet[Shift]:
    """Shifts that touch [start, end), with their operators and breaks."""
    touching = Shift.objects.filter(operator__in=operators, starts_at__lt=end, ends_at__gt=start)
    return _with_breaks(touching).select_related("operator").order_by("starts_at", "operator__display_name")


def rest_before(shift: Shift) -> timedelta | None:
    """How long the operator is off before a shift, or None if there is no shift before it."""
    before = Shift.objects.filter(operator_id=shift.operator_id, ends_at__lte=shift.starts_at).exclude(pk=shift.pk)
    ends_at = before.order_by("-ends_at").values_list("ends_at", flat=True).first()
    return shift.starts_at - ends_at if ends_at else None


def owed(at: datetime) -> QuerySet[Break]:
    """Breaks whose time has come and which nobody has begun or written off, the longest due first."""
    due = Break.objects.filter(begun_at=None, finished_at=None, starts_at__lte=at)
    return due.select_related("shift__operator").order_by("starts_at")


def being_taken(operator_ids: Iterable[int] | None = None) -> QuerySet[Break]:
    """Breaks that have begun and are not over; of some operators only, if given."""
    taken = Break.objects.filter(begun_at__isnull=False, finished_at=None)
    if operator_ids is not None:
        taken = taken.filter(shift__operator_id__in=list(operator_ids))
    return taken.select_related("shift__operator")


def _in_break(at: datetime) -> Q:
    planned = Q(begun_at=None, finished_at=None, starts_at__lte=at, ends_at__gt=at)
    length = ExpressionWrapper(F("ends_at") - F("starts_at"), DurationField())
    due_end = ExpressionWrapper(F("begun_at") + length, DateTimeField())
    taken = Break.objects.filter(begun_at__lte=at).alias(over_at=Coalesce("finished_at", due_end))
    return planned | Q(pk__in=taken.filter(over_at__gt=at).values("pk"))


def _with_breaks(shifts: QuerySet[Shift]) -> QuerySet[Shift]:
    return shifts.prefetch_related(Prefetch("breaks", Break.objects.select_related("shift").order_by("starts_at")))
