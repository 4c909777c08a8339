"""Opening hours in words, for pages."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from hotline.core import localtime
from lines.hours import Opening, Reason, Timetable
from lines.models import OpeningRule

WEEK = timedelta(days=6)


def in_words(opening: Opening, zone: ZoneInfo, at: datetime) -> str:
    """ "Open until 16:00", "Closed by hand. Opens Mon 08:00": one line for a chip or a board."""
    if opening.is_open:
        if opening.closes_at is None:
            return _("Open")
        return _("Open until %(time)s") % {"time": moment_in_words(opening.closes_at, zone, at)}
    if opening.opens_at is None:
        return _("Closed")
    return _("Closed. Opens %(time)s") % {"time": moment_in_words(opening.opens_at, zone, at)}


def reason_in_words(opening: Opening) -> str:
    """Why, with the name of the holiday or the note of the rule where there is one."""
    reason = str(Reason(opening.reason).label)
    return f"{reason}: {opening.note}" if opening.note else reason


def moment_in_words(moment: datetime, zone: ZoneInfo, at: datetime) -> str:
    """The time today; with the weekday within a week; with the date beyond it."""
    local, now = moment.astimezone(zone), at.astimezone(zone)
    if local.date() == now.date():
        return formats.date_format(local, "H:i")
    return formats.date_format(local, "D H:i" if local.date() - now.date() <= WEEK else "D j M H:i")


def rule_in_words(rule: OpeningRule, zone: ZoneInfo) -> str:
    """The hours of one line as a person says them, beside its kind: nothing for one that is always open."""
    Kind = OpeningRule.Kind
    if rule.kind == Kind.ALWAYS:
        return ""
    if rule.kind == Kind.WEEKLY and rule.weekday is not None:
        # 5 January 1970 was a Monday.
        weekday = formats.date_format(date(1970, 1, 5) + timedelta(days=rule.weekday), "l")
        return f"{weekday} {_hours(rule)}"
    if rule.kind == Kind.ONE_OFF or rule.starts_at:
        return f"{_moment(rule.starts_at, zone)} – {_moment(rule.ends_at, zone)}"
    days = _days(rule)
    if rule.kind == Kind.CLOSED and rule.opens is None:
        return days
    return f"{days}, {_hours(rule)}"


def _hours(rule: OpeningRule) -> str:
    opens, closes = (f"{moment:%H:%M}" if moment else "" for moment in (rule.opens, rule.closes))
    if opens == closes:
        return _("%(opens)s for 24 hours") % {"opens": opens}
    if closes == "00:00":
        closes = "24:00"
    if closes > opens:
        return f"{opens} – {closes}"
    return _("%(opens)s – %(closes)s the next day") % {"opens": opens, "closes": closes}


def _days(rule: OpeningRule) -> str:
    first = formats.date_format(rule.first_day, "j M Y") if rule.first_day else ""
    if not rule.last_day or rule.last_day == rule.first_day:
        return first
    return f"{first} – {formats.date_format(rule.last_day, 'j M Y')}"


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return formats.date_format(moment.astimezone(zone), "D j M Y H:i") if moment else ""


class Day(NamedTuple):
    """A day to come: its open hours by the wall clock, how long that is, and what is special about it."""

    day: date
    hours: list[str]
    length: timedelta
    remark: str


def days_to_come(timetable: Timetable, first: date, count: int = 14) -> list[Day]:
    """The open hours of some days, cut at midnight."""
    return [_day(timetable, first + timedelta(days=number)) for number in range(count)]


def _day(timetable: Timetable, day: date) -> Day:
    zone = timetable.zone
    start, end = (localtime.day_begins(day + timedelta(days=more), zone) for more in (0, 1))
    spans = timetable.open_spans(start, end)
    hours = [f"{_clock(opens, zone)} – {'24:00' if closes == end else _clock(closes, zone)}" for opens, closes in spans]
    remarks = [_clock_change(end - start), *sorted(_notes(timetable, start, end))]
    length = sum((closes - opens for opens, closes in spans), timedelta())
    return Day(day, hours, length, ". ".join(remark for remark in remarks if remark))


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _clock_change(length: timedelta) -> str:
    if length == timedelta(days=1):
        return ""
    return _("The clocks go forward") if length < timedelta(days=1) else _("The clocks go back")


def _notes(timetable: Timetable, start: datetime, end: datetime) -> set[str]:
    special = {Reason.HOLIDAY, Reason.EXCEPTION, Reason.ONE_OFF, Reason.CLOSED_NOW}
    return {
        reason_in_words(opening) for _from, _to, opening in timetable.stretches(start, end) if opening.reason in special
    }
