"""What many screens ask for at the same moment, worked out once and kept in this process for a short while."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
FAILURE_SECONDS = 1.0


class Kept(Generic[T]):
    """Values by key, each worked out at most once in `seconds`; whoever asks meanwhile waits for it, or gets it.

    A value counts as being as old as the moment its making began, so it never seems newer than what it was read from.
    A failure is everybody's who waited, and nobody tries again for a second: otherwise, with a database that does not
    answer, all threads of the process would try one after the other, and none be left for calls.
    """

    def __init__(self, seconds: float, *, size: int = 128) -> None:
        self.seconds = seconds
        self.size = size
        self._values: dict[Hashable, tuple[float, T]] = {}
        self._failures: dict[Hashable, tuple[float, Exception]] = {}
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of `key`, made by `make` unless there is one; raises what `make` raised within the last second."""
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            found = self._values.get(key)
            if found is not None and time.monotonic() - found[0] < self.seconds:
                return found[1]
            failed = self._failures.get(key)
            if failed is not None and time.monotonic() - failed[0] < min(self.seconds, FAILURE_SECONDS):
                raise failed[1].with_traceback(None)
            return self._make(key, make)

    def forget(self) -> None:
        with self._lock:
            self._values.clear()
            self._failures.clear()
            self._making.clear()

    def _make(self, key: Hashable, make: Callable[[], T]) -> T:
        began = time.monotonic()
        try:
            value = make()
        except Exception as error:
            self._failures[key] = (time.monotonic(), error)
            raise
        if len(self._values) >= self.size:  # many people with hotlines of their own: begin anew rather than grow
            self.forget()
        self._values[key] = (began, value)
        return value
