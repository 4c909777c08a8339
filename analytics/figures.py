"""The formulas of docs/figures.md, as pure functions of sums and counts.

A figure without a denominator is None ("no calls"), never 0 or 100 percent. Shares are between 0 and 1, times are
seconds. Figures are rolled up from sums; a mean of means is never taken.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from math import sqrt
from operator import attrgetter
from typing import Any

WILSON_Z = 1.959963984540054  # 95 percent
SMALL_SAMPLE = 100  # below this, a share is shown with its interval


@dataclass(frozen=True)
class Counts:
    """What was counted of some calls; the names are those of docs/figures.md and of `IntervalCount`."""

    received: int = 0
    lost_before_queue: int = 0
    turned_away: int = 0
    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    voicemail: int = 0
    wait_seconds: float = 0.0
    talk_seconds: float = 0.0
    wrap_seconds: float = 0.0
    longest_wait_seconds: float = 0.0

    def __add__(self, other: "Counts") -> "Counts":
        """Both together: sums add up, the longest wait is the longer one."""
        both = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        both["longest_wait_seconds"] = max(self.longest_wait_seconds, other.longest_wait_seconds)
        return Counts(**both)


_VALUES = attrgetter(*(f.name for f in fields(Counts)))


def together(many: Iterable[Counts]) -> Counts:
    """All of them added up, as `+` would."""
    rows = list(many)
    if len(rows) < 2:
        return rows[0] if rows else Counts()
    columns = list(zip(*map(_VALUES, rows), strict=True))
    sums: list[Any] = [*map(sum, columns[:-1]), max(columns[-1])]  # the longest wait is the last field
    return Counts(*sums)


@dataclass(frozen=True)
class Rate:
    """A share with what it was made of; `value` is None when there is nothing to divide by."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        return share(self.part, self.whole)

    @property
    def percent(self) -> float | None:
        return None if self.value is None else 100 * self.value

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 percent interval, for shares of fewer than 100."""
        return wilson(self.part, self.whole) if self.whole < SMALL_SAMPLE else None


def share(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None


def service_level(counts: Counts) -> Rate:
    """The main formula: answered in time / (offered - short abandons)."""
    return Rate(counts.answered_in_time, counts.offered - counts.short_abandoned)


def service_level_of_offered(counts: Counts) -> Rate:
    """Shown beside it: answered in time / offered."""
    return Rate(counts.answered_in_time, counts.offered)


def service_level_of_answered(counts: Counts) -> Rate:
    """Shown beside it: answered in time / answered."""
    return Rate(counts.answered_in_time, counts.answered)


def abandonment_rate(counts: Counts) -> Rate:
    """Abandoned / offered, short abandons included."""
    return Rate(counts.abandoned, counts.offered)


def adjusted_abandonment_rate(counts: Counts) -> Rate:
    """(Abandoned - short) / (offered - short)."""
    return Rate(counts.abandoned - counts.short_abandoned, counts.offered - counts.short_abandoned)


def average_speed_of_answer(counts: Counts) -> float | None:
    """Seconds from the queue to the answer, over answered calls; waits of zero count, abandoned calls do not."""
    return share(counts.wait_seconds, counts.answered)


def average_handling_time(counts: Counts) -> float | None:
    """(Talk + wrap-up) / answered. Talk includes holds: the caller was on the line."""
    return share(counts.talk_seconds + counts.wrap_seconds, counts.answered)


def average_talk_time(counts: Counts) -> float | None:
    return share(counts.talk_seconds, counts.answered)


def average_wrap_up(counts: Counts) -> float | None:
    return share(counts.wrap_seconds, counts.answered)


def occupancy(*, busy_seconds: float, ready_seconds: float) -> float | None:
    """(Talk + hold + wrap-up) / (talk + hold + wrap-up + ready), of operators who were in the queue."""
    return share(busy_seconds, busy_seconds + ready_seconds)


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """Wilson's score interval of a share (E. B. Wilson, JASA 22, 1927, pages 209-212); None of nothing."""
    if whole <= 0:
        return None
    p, z2 = part / whole, WILSON_Z**2
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = WILSON_Z * sqrt(p * (1 - p) / whole + z2 / (4 * whole**2)) / (1 + z2 / whole)
    return max(0.0, middle - half), min(1.0, middle + half)
