"""A line of callers without any process: the choice of `calls.choice` under exponential times, thousands a second.

Callers arrive as a Poisson process, hang up after an exponential patience, and are served for an exponential time:
the system M/M/n+M, whose waits Erlang's A formula knows exactly (C. Palm 1946; Garnett, Mandelbaum, Reiman 2002).
Nobody takes any time to pick up.
"""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from calls.choice import Ready, Waiting, choose

_WARM_UP = 500  # callers after which the beginning, an empty line, is forgotten
_BATCHES = 20
_T_999 = 3.883  # Student's t, 19 degrees of freedom, 99.9 %, both sides


@dataclass(frozen=True)
class Line:
    """Rates of a line, in seconds."""

    calls_per_hour: float
    handling: float
    patience: float
    operators: int
    target: float = 20.0


@dataclass(frozen=True)
class Caller:
    """What became of one: how long they waited, whether answered, and how many they found in line before them."""

    came: float
    waited: float
    answered: bool
    ahead: int


@dataclass(frozen=True)
class Interval:
    """A mean and how far the truth may be from it, in 999 of 1000 cases."""

    mean: float
    half: float

    def holds(self, truth: float) -> bool:
        return abs(truth - self.mean) <= self.half


_ARRIVES, _FREE, _LEAVES = range(3)


class _Floor:
    """The state of the line between two events."""

    def __init__(self, line: Line, seed: int) -> None:
        self.line, self.dice = line, random.Random(f"line:{seed}")  # noqa: S311 - a simulation
        self.waiting: dict[int, Waiting] = {}
        self.ahead: dict[int, int] = {}
        self.ready = {n: Ready(id=n, idle_since=0.0) for n in range(line.operators)}
        self.events: list[tuple[float, int, int]] = []
        self.done: list[Caller] = []

    def later(self, at: float, mean: float, kind: int, who: int) -> None:
        heapq.heappush(self.events, (at + self.dice.expovariate(1 / mean), kind, who))

    def happen(self, at: float, kind: int, who: int) -> None:
        if kind == _ARRIVES:
            self.ahead[who] = len(self.waiting)
            self.waiting[who] = Waiting(id=who, queued_at=at)
            self.later(at, self.line.patience, _LEAVES, who)
            self.later(at, 3600 / self.line.calls_per_hour, _ARRIVES, who + 1)
        elif kind == _FREE:
            self.ready[who] = Ready(id=who, idle_since=at)
        elif who in self.waiting:
            self._part(who, at, answered=False)
        self._assign(at)

    def _assign(self, at: float) -> None:
        while self.waiting and (pair := choose(self.waiting.values(), self.ready.values())):
            call, operator = pair
            self._part(call.id, at, answered=True)
            del self.ready[operator.id]
            self.later(at, self.line.handling, _FREE, operator.id)

    def _part(self, who: int, at: float, *, answered: bool) -> None:
        came = self.waiting.pop(who).queued_at
        self.done.append(Caller(came, at - came, answered, self.ahead.pop(who)))


def callers(line: Line, *, count: int, seed: int) -> list[Caller]:
    """What becomes of `count` callers, in the order in which they came; the empty beginning is left out."""
    floor = _Floor(line, seed)
    floor.later(0.0, 3600 / line.calls_per_hour, _ARRIVES, 1)
    while len(floor.done) < count + _WARM_UP:
        floor.happen(*heapq.heappop(floor.events))
    return sorted(floor.done, key=lambda each: each.came)[_WARM_UP:]


def interval(values: Sequence[float]) -> Interval:
    """The mean and its interval by the method of batch means: neighbours depend on each other, batches hardly do."""
    size = len(values) // _BATCHES
    means = [fmean(values[n * size : (n + 1) * size]) for n in range(_BATCHES)]
    return Interval(fmean(means), _T_999 * stdev(means) / _BATCHES**0.5)


def measures(found: Sequence[Caller], target: float) -> dict[str, Interval]:
    """Share abandoned, mean wait of all who came, share answered within the target of all who came."""
    return {
        "abandoned": interval([float(not each.answered) for each in found]),
        "mean_wait": interval([each.waited for each in found]),
        "service_level": interval([float(each.answered and each.waited <= target) for each in found]),
    }


def little(found: Sequence[Caller], calls_per_hour: float) -> Interval:
    """Little's law: callers in line less arrivals times wait. Its interval must hold zero.

    Poisson arrivals see time averages, so the line that callers find before them is the line there is.
    """
    return interval([each.ahead - calls_per_hour / 3600 * each.waited for each in found])
