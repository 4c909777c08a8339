"""What changes shifts: planning them. Taking the breaks in them is `scheduling.breaks`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from hotline.core import audit
from hotline.core.live import announce
from operators.models import Operator
from scheduling.breaks import begin_due_breaks, end_break_taken, remind_break_ends
from scheduling.models import Break, Shift

LONGEST = timedelta(hours=24)

__all__ = [
    "PlannedBreak",
    "Refused",
    "add_shift",
    "begin_due_breaks",
    "change_shift",
    "end_break_taken",
    "remind_break_ends",
    "remove_shift",
]


class Refused(Exception):
    """A change that cannot be made; the text is a sentence for the person."""


class PlannedBreak(NamedTuple):
    """A break as planned, in aware moments; `kind` is one of Break.Kind."""

    kind: str
    starts_at: datetime
    ends_at: datetime


def add_shift(
    operator: Operator,
    *,
    starts_at: datetime,
    ends_at: datetime,
    time_zone: str = "UTC",
    breaks: Iterable[PlannedBreak] = (),
    by: Any,
) -> Shift:
    """Plan a shift with its breaks. Refused when it overlaps another shift of the operator."""
    if not operator.active:
        raise Refused(_("%(name)s does not work here any more.") % {"name": operator.display_name})
    shift = Shift(operator=operator, starts_at=starts_at, ends_at=ends_at, time_zone=time_zone)
    with _planning(shift, by=by, verb="shift.added"):
        shift.save()
        _plan_breaks(shift, list(breaks))
    return shift


def change_shift(
    shift: Shift,
    *,
    starts_at: datetime,
    ends_at: datetime,
    time_zone: str | None = None,
    breaks: Iterable[PlannedBreak] | None = None,
    by: Any,
) -> Shift:
    """Move a shift and, where `breaks` is given, plan its breaks anew. Breaks that were begun stay as they are."""
    shift.starts_at, shift.ends_at = starts_at, ends_at
    shift.time_zone = time_zone or shift.time_zone
    with _planning(shift, by=by, verb="shift.changed"):
        shift.save()
        kept = [PlannedBreak(row.kind, row.starts_at, row.ends_at) for row in shift.breaks.filter(begun_at=None)]
        shift.breaks.filter(begun_at=None).delete()
        _plan_breaks(shift, kept if breaks is None else list(breaks))
    return shift


def remove_shift(shift: Shift, *, by: Any, at: datetime) -> None:
    """Take back a planned shift. One that has begun stays in the books: change its end instead."""
    if shift.starts_at <= at:
        raise Refused(_("This shift has begun, so it stays in the books. Change when it ends instead."))
    with transaction.atomic():
        audit.record(by=by, verb="shift.removed", subject=f"shift {shift.pk}", operator=shift.operator_id)
        announce("board", f"operator:{shift.operator_id}")
        shift.delete()


@contextmanager
def _planning(shift: Shift, *, by: Any, verb: str) -> Iterator[None]:
    """One planner of an operator's shifts at a time; what the database refuses becomes a sentence."""
    _check_times(shift)
    try:
        with transaction.atomic():
            Operator.objects.select_for_update(no_key=True).get(pk=shift.operator_id)
            _check_free(shift)
            yield
            audit.record(by=by, verb=verb, subject=f"shift {shift.pk}", operator=shift.operator_id)
            announce("board", f"operator:{shift.operator_id}")
    except IntegrityError as error:
        raise Refused(_sentence_for(error, shift)) from error


def _check_times(shift: Shift) -> None:
    try:
        ZoneInfo(shift.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Refused(_("There is no time zone called %(zone)s.") % {"zone": shift.time_zone}) from error
    if shift.ends_at <= shift.starts_at:
        raise Refused(_("The shift ends before it starts."))
    if shift.length > LONGEST:
        raise Refused(_("A shift cannot be longer than 24 hours."))


def _check_free(shift: Shift) -> None:
    others = Shift.objects.filter(
        operator_id=shift.operator_id, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at
    ).exclude(pk=shift.pk)
    if other := others.first():
        raise Refused(
            _("%(name)s has a shift %(shift)s already, which overlaps this one.")
            % {"name": shift.operator.display_name, "shift": other}
        )


def _plan_breaks(shift: Shift, planned: Sequence[PlannedBreak]) -> None:
    begun = [PlannedBreak(row.kind, row.starts_at, row.ends_at) for row in shift.breaks.all()]
    _check_breaks(shift, sorted([*begun, *planned], key=lambda row: row.starts_at))
    Break.objects.bulk_create(
        Break(shift=shift, kind=row.kind, starts_at=row.starts_at, ends_at=row.ends_at) for row in planned
    )


def _check_breaks(shift: Shift, planned: Sequence[PlannedBreak]) -> None:
    for row in planned:
        if row.ends_at <= row.starts_at:
            raise Refused(_("A break ends before it starts."))
        if row.starts_at < shift.starts_at or row.ends_at > shift.ends_at:
            raise Refused(
                _("The break at %(time)s lies outside the shift.") % {"time": _clock(row.starts_at, shift.zone)}
            )
    for before, after in pairwise(planned):
        if after.starts_at < before.ends_at:
            times = {"first": _clock(before.starts_at, shift.zone), "second": _clock(after.starts_at, shift.zone)}
            raise Refused(_("The breaks at %(first)s and %(second)s overlap.") % times)


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _sentence_for(error: IntegrityError, shift: Shift) -> str:
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if constraint == "an_operators_shifts_do_not_overlap":
        return _("Somebody else has just planned a shift for %(name)s that overlaps this one.") % {
            "name": shift.operator.display_name
        }
    if constraint == "breaks_of_a_shift_do_not_overlap":
        return _("Two breaks of this shift overlap.")
    return _("The shift could not be saved: somebody else has changed it meanwhile. Look again.")
