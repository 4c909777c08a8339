"""The switchboard on a virtual clock.

It is the switchboard of every day but for what wakes it: instead of waiting for PostgreSQL it does one turn when the
conductor says so, waits for its own hands, and says when something will be due next.
"""

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from telephony.switchboard import HANDS, Switchboard

_SWEEP_SECONDS = 60.0  # at the latest
_COMPARE_SECONDS = 30.0  # while a call lives, it is looked for at the carrier so often
_STEP_SECONDS = 0.1
_NEVER = float("inf")
_PATIENCE_SECONDS = 30.0


class Hands(ThreadPoolExecutor):
    """Threads that can be waited for."""

    def __init__(self) -> None:
        super().__init__(max_workers=HANDS, thread_name_prefix="carrier")
        self._given: list[Future[Any]] = []

    def submit(self, *work: Any, **facts: Any) -> "Future[Any]":
        given = super().submit(*work, **facts)
        self._given.append(given)
        return given

    def rest(self) -> None:
        given, self._given = self._given, []
        wait(given)


class Conducted(Switchboard):
    """Does a turn whenever the conductor says so."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._hands: Hands = Hands()
        self._missed_something = False
        self._conductor = _reach(path)
        self._lines = self._conductor.makefile("rb")

    def _wait_for_work(self) -> None:
        if not self._lines.readline():
            self.stop.set()

    def _is_due(self, what: str, every: float) -> bool:
        """By the simulation's clock. The sweep comes when something is due for it, so that a day has fewer of them."""
        now = timezone.now().timestamp()
        if now < self._due[what]:
            return False
        self._due[what] = now + (_SWEEP_SECONDS if what == "sweep" else every)
        return True

    def _turn(self) -> None:
        super()._turn()
        self._hands.rest()
        if self.stop.is_set():
            return
        due = next_due()
        self._due["sweep"] = min(self._due["sweep"], due.sweep)
        self._conductor.sendall(f"{due.any() or 'never'}\n".encode())


@dataclass(frozen=True)
class Due:
    """When, by the clock of the simulation, the application will have something to do by itself; infinity: never."""

    instruction: float
    sweep: float
    compare: float

    def any(self) -> float | None:
        """The first of them, and always a little later than now, so that time passes; None: never."""
        first = min(vars(self).values())
        return max(first, timezone.now().timestamp() + _STEP_SECONDS) if first != _NEVER else None


# A ring of which the carrier said nothing is missed seven seconds after its time.
_DUE = """
SELECT (SELECT min(due_at) FROM calls_instruction WHERE state IN ('pending', 'claimed', 'uncertain')),
       LEAST((SELECT min(ring_until) + interval '7 s' FROM calls_offer WHERE state = 'ringing'),
             (SELECT min(state_since) FROM operators_operator WHERE state = 'wrap_up')
             + make_interval(secs => (SELECT min(wrap_up_seconds) FROM lines_hotline))),
       EXISTS (SELECT 1 FROM calls_call WHERE state <> 'ended')
"""


def next_due() -> Due:
    with connection.cursor() as cursor:
        cursor.execute(_DUE)
        instruction, sweep, live = cursor.fetchone()
    now = timezone.now().timestamp()
    first, second = (at.timestamp() if at else _NEVER for at in (instruction, sweep))
    return Due(first, second, now + _COMPARE_SECONDS if live else _NEVER)


def _reach(path: str) -> socket.socket:
    """The conductor's socket; it may be a moment away."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        line = socket.socket(socket.AF_UNIX)
        try:
            line.connect(path)
            return line
        except OSError:
            line.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def run(path: str) -> None:
    Conducted(path).run()
