"""The switchboard on a virtual clock.

It is the switchboard of every day but for what wakes it: instead of waiting for PostgreSQL it does one turn when the
conductor says so, waits for its own hands, and says when something will be due next.
"""

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from django.db.models import Min
from django.utils import timezone

from calls.models import Call, Instruction, Offer
from lines.models import Hotline
from operators.models import Operator, Presence
from telephony.switchboard import COMPARE_SECONDS, HANDS, Switchboard

_RING_GRACE_SECONDS = 7.0  # after this an offer of which the carrier said nothing is missed
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
        now = timezone.now().timestamp()
        if now < self._due[what]:
            return False
        self._due[what] = now + every
        return True

    def _turn(self) -> None:
        super()._turn()
        self._hands.rest()
        if not self.stop.is_set():
            self._conductor.sendall(f"{next_due() or 'never'}\n".encode())


def next_due() -> float | None:
    """When, by the clock of the simulation, the application will have something to do by itself; None: never."""
    now = timezone.now().timestamp()
    due: list[float] = []
    instructions = Instruction.objects.filter(state__in=["pending", "claimed", "uncertain"])
    if (at := instructions.aggregate(at=Min("due_at"))["at"]) is not None:
        due.append(at.timestamp())
    if (at := Offer.objects.filter(state="ringing").aggregate(at=Min("ring_until"))["at"]) is not None:
        due.append(at.timestamp() + _RING_GRACE_SECONDS)
    if (since := Operator.objects.filter(state=Presence.WRAP_UP).aggregate(at=Min("state_since"))["at"]) is not None:
        due.append(since.timestamp() + (Hotline.objects.aggregate(s=Min("wrap_up_seconds"))["s"] or 0))
    if Call.objects.exclude(state="ended").exists():
        due.append(now + 3 * COMPARE_SECONDS)
    return max(min(due), now + 0.1) if due else None


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
