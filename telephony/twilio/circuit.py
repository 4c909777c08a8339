"""A circuit breaker before the carrier's API: one that does not answer is left alone for a while.

After five failures in a row (time-outs, refused connections) every request of this process fails at once for 30
seconds. Then one is let through: its answer closes the circuit, its failure opens it again. Credentials that are
refused open it at once: asking again would not help. An answer of any other kind is a sign of life.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import requests

FAILURES = 5
REST_SECONDS = 30.0
UNAUTHORISED = "401"


class CircuitOpen(requests.ConnectionError):
    """The carrier was not asked, because of what came of the last requests: `why`."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the carrier was not asked: {why}")
        self.why = why


class Circuit:
    """Closed: requests pass. Open: none does. Half open: one does, and decides."""

    def __init__(self, *, rest: float = REST_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest, self._clock = rest, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False
        self.why = ""

    @property
    def closed(self) -> bool:
        return self._opened_at is None

    @property
    def half_open(self) -> bool:
        """Whether it is time to let one request through."""
        return self._opened_at is not None and not self._probing and self._rested()

    def _rested(self) -> bool:
        return self._opened_at is not None and self._clock() - self._opened_at >= self._rest

    def call(self, request: Callable[[], Any]) -> Any:
        """Make a request, unless the circuit is open. Raises CircuitOpen, and what the request raises."""
        self._enter()
        try:
            answer = request()
        except (requests.Timeout, requests.ConnectionError) as error:
            self._failed(error.__class__.__name__)
            raise
        except BaseException:
            self._worked()  # whatever went wrong, it was not silence
            raise
        if str(getattr(answer, "status_code", "")) == UNAUTHORISED:
            self._failed(UNAUTHORISED, at_once=True)
        else:
            self._worked()
        return answer

    def _enter(self) -> None:
        with self._lock:
            if self._opened_at is None:
                return
            if self._probing or not self._rested():
                raise CircuitOpen(self.why)
            self._probing = True

    def _failed(self, why: str, *, at_once: bool = False) -> None:
        with self._lock:
            self._failures += 1
            if self._probing or at_once or self._failures >= FAILURES:
                self._opened_at, self.why = self._clock(), why
            self._probing = False

    def reset(self) -> None:
        """Forget what was, as a new process would."""
        self._worked()

    def _worked(self) -> None:
        with self._lock:
            self._failures, self._opened_at, self._probing, self.why = 0, None, False, ""
