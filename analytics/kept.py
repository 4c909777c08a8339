"""What many screens ask for at the same moment, worked out once and kept in this process for a short while."""

import time
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key, each worked out at most once in `seconds`; whoever asks meanwhile waits for it, or gets it.

    A value counts as being as old as the moment its making began, so it never seems newer than what it was read from.
    """

    def __init__(self, seconds: float, *, size: int = 128) -> None:
        self.seconds = seconds
        self.size = size
        self._values: dict[Hashable, tuple[float, T]] = {}
        self._making: dict[Hashable, Lock] = {}
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            making = self._making.setdefault(key, Lock())
        with making:
            found = self._values.get(key)
            if found is not None and time.monotonic() - found[0] < self.seconds:
                return found[1]
            began = time.monotonic()
            value = make()
            self._keep(key, began, value)
            return value

    def forget(self) -> None:
        with self._lock:
            self._values.clear()
            self._making.clear()

    def _keep(self, key: Hashable, began: float, value: T) -> None:
        with self._lock:
            if len(self._values) >= self.size:  # many people with hotlines of their own: begin anew rather than grow
                self._values.clear()
                self._making.clear()
            self._values[key] = (began, value)
