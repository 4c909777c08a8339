"""One part of the system: a child process whose lines are shown, and which is started again when it dies."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable

from hotline.launcher.terminal import say

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 10.0
_WELL_AFTER_SECONDS = 60.0  # a part that ran this long is well again: its next death is a first one


class Part:
    """A child that should always run. `start` spawns it, from the main thread."""

    def __init__(self, name: str, start: "Callable[[], subprocess.Popen[bytes]]") -> None:
        self.name = name
        self._start = start
        self.process: subprocess.Popen[bytes] | None = None
        self._pause = _FIRST_PAUSE
        self._started = self._again_at = 0.0

    def start(self) -> None:
        self._started = time.monotonic()
        self._again_at = 0.0
        self.process = self._start()
        show(self.process, self.name)

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def look_after(self) -> None:
        """Start the child again if it died, after a pause that doubles with each death in a row."""
        if self.process is None or self.running:
            return
        now = time.monotonic()
        if not self._again_at:
            if now - self._started > _WELL_AFTER_SECONDS:
                self._pause = _FIRST_PAUSE
            self._again_at = now + self._pause
            say(f"{self.name} {_how(self.process.returncode)}; starting it again in {self._pause:g} s")
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        elif now >= self._again_at:
            self.start()

    def ask_to_stop(self, sig: int = signal.SIGTERM) -> None:
        if self.running:
            assert self.process is not None
            self.process.send_signal(sig)


def _how(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"


def show(process: "subprocess.Popen[bytes]", name: str) -> None:
    """Print what the child writes, under its name, from a thread of its own."""
    stream = process.stdout
    if stream is None:
        return

    def pump() -> None:
        for line in stream:
            say(line.decode(errors="replace").rstrip(), name)

    threading.Thread(target=pump, name=f"lines of {name}", daemon=True).start()


def wait_for_end(parts: list[Part], seconds: float) -> bool:
    """Whether all of `parts` ended within `seconds`."""
    deadline = time.monotonic() + seconds
    while any(part.running for part in parts):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
