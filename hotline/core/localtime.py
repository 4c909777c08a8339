"""Wall-clock times of a zone, and the two nights on which a wall clock cannot be taken at its word.

In spring an hour does not exist; in autumn one occurs twice. A person who types such a time is told so or is asked
which of the two is meant; nothing is guessed.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

SAMPLE = timedelta(days=1)  # no zone changes its clock and changes it back within a day


class NoSuchTime(ValueError):
    """The clock jumps over this time in spring. The text is a sentence."""


class TwiceThatNight(ValueError):
    """The clock shows this time twice in autumn, and nobody said which is meant. The text is a sentence."""


def to_utc(wall: datetime, zone: ZoneInfo, *, which: int | None = None) -> datetime:
    """The instant at which a clock in `zone` shows `wall` (naive); `which` is 1 or 2 when it does so twice.

    Raises NoSuchTime or TwiceThatNight.
    """
    moments = occurrences(wall, zone)
    if not moments:
        raise NoSuchTime(
            _("There is no %(time)s on %(day)s in %(zone)s: the clocks go forward that night. Choose another time.")
            % {"time": f"{wall:%H:%M}", "day": f"{wall:%Y-%m-%d}", "zone": zone.key}
        )
    if len(moments) == 1:
        return moments[0]
    if which not in (1, 2):
        raise TwiceThatNight(
            _("%(time)s occurs twice on %(day)s in %(zone)s: the clocks go back that night. Say which of the two.")
            % {"time": f"{wall:%H:%M}", "day": f"{wall:%Y-%m-%d}", "zone": zone.key}
        )
    return moments[which - 1]


def occurrences(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every instant (UTC, in order) at which a clock in `zone` shows `wall`: none, one or two."""
    found: list[datetime] = []
    for fold in (0, 1):
        moment = wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if moment not in found and to_wall(moment, zone) == wall:
            found.append(moment)
    return sorted(found)


def to_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in `zone` shows at `moment`, without zone or fold."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def which_of_two(moment: datetime, zone: ZoneInfo) -> int | None:
    """1 or 2 when the clock shows this time twice, else None."""
    moments = occurrences(to_wall(moment, zone), zone)
    return moments.index(moment.astimezone(UTC)) + 1 if len(moments) > 1 else None


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) of a day; where the clocks jump over midnight, the instant of the jump."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


@lru_cache(maxsize=4096)
def clock_changes(zone: ZoneInfo, start: datetime, end: datetime) -> tuple[datetime, ...]:
    """The instants in (start, end] at which the zone's offset from UTC changes, to the second."""
    found, at = [], start
    while at < end:
        after = min(at + SAMPLE, end)
        if _offset(zone, at) != _offset(zone, after):
            found.append(_change_between(zone, at, after))
        at = after
    return tuple(found)


def _change_between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return cast(timedelta, moment.astimezone(zone).utcoffset())


@lru_cache(maxsize=1)
def zone_choices() -> list[tuple[str, str]]:
    """Every zone a person may choose, UTC first."""
    names = sorted(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]
