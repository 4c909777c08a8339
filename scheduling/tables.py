"""Shifts as the rows of a page: by the wall clock of each shift's zone, gathered by the day they start."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from hotline.core import localtime
from scheduling.models import Break, Shift

DAY = timedelta(days=1)


class Row(NamedTuple):
    """A shift to show. `remark` says why its length is not what the clock seems to say."""

    shift: Shift
    day: date
    starts: str
    ends: str
    breaks: list[tuple[Break, str]]
    length: timedelta
    remark: str
    is_now: bool


def row(shift: Shift, at: datetime) -> Row:
    starts, ends = (localtime.to_wall(moment, shift.zone) for moment in (shift.starts_at, shift.ends_at))
    return Row(
        shift=shift,
        day=starts.date(),
        starts=f"{starts:%H:%M}",
        ends=f"{ends:%H:%M}",
        breaks=[(taken, break_in_words(taken)) for taken in shift.breaks.all()],
        length=shift.length,
        remark=_clock_change(ends - starts, shift.length),
        is_now=shift.starts_at <= at < shift.ends_at,
    )


def by_day(shifts: Iterable[Shift], days: Sequence[date], at: datetime) -> list[tuple[date, list[Row]]]:
    """The rows of each day, by the day on which a shift starts in its own zone."""
    rows = [row(shift, at) for shift in shifts]
    return [(day, [found for found in rows if found.day == day]) for day in days]


def break_in_words(row: Break) -> str:
    """ "Lunch 12:00 – 12:30", with how it was taken: late, longer, not at all."""
    words = f"{row.get_kind_display()} {row}"
    if row.begun_at is None:
        return _("%(break)s, not taken") % {"break": words} if row.finished_at else words
    late, over = (round(span.total_seconds() / 60) for span in (row.late_by, row.overrun))
    if late:
        words = _("%(break)s, %(minutes)d min late") % {"break": words, "minutes": late}
    if over:
        words = _("%(break)s, %(minutes)d min longer") % {"break": words, "minutes": over}
    return words


def week_of(day: date) -> list[date]:
    """Monday to Sunday around a day."""
    monday = day - DAY * day.weekday()
    return [monday + DAY * number for number in range(7)]


def _clock_change(on_the_wall: timedelta, length: timedelta) -> str:
    if on_the_wall == length:
        return ""
    return _("the clocks go back") if length > on_the_wall else _("the clocks go forward")
