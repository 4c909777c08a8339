"""The processes of a simulated day: simulator, web and switchboard on one virtual clock, each ended by its pid."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from hotline.simulation.clock import VARIABLE
from telephony.simulator.harness import Box

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 60.0


class Stage:
    """Use as a context manager. `speed` is how many times faster than the world time may pass; 0 sets no limit."""

    def __init__(self, home: Path, *, speed: float = 0.0) -> None:
        self.home, self.speed = home, speed
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.box = Box(
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
            webhook_base=settings.PUBLIC_URL,
            speed=speed,
            port=int(settings.TWILIO_API_URL.rpartition(":")[2]),
            clock=os.environ[VARIABLE],
            conductor=home / "conductor",
        )

    def __enter__(self) -> "Stage":
        try:
            self.box.start()
            self._spawn("web", settings.PUBLIC_URL.rpartition(":")[2])
            until(self._answers, what="the first page")
            self._spawn("switchboard", str(self.home / "conductor"))
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.box.stop()  # first: whoever waits for the conductor sees that it has gone
        for child in self.children.values():
            child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            try:
                child.wait(6)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(5)

    def _spawn(self, name: str, *words: str) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", "hotline.simulation", name, *words]
            self.children[name] = subprocess.Popen(  # noqa: S603 - our own modules
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{settings.PUBLIC_URL}/healthz", timeout=5).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def alarms(self) -> list[str]:
        """Lines of the logs that somebody should look at."""
        return [
            f"{path.name}: {line}"
            for path in self.home.glob("*.log")
            for line in path.read_text(errors="replace").splitlines()
            if line.startswith(("ERROR", "CRITICAL", "Traceback"))
        ]

    def memory(self) -> dict[str, int]:
        """Kilobytes that each process holds now."""
        assert self.box.process is not None
        pids = {"simulator": self.box.process.pid} | {name: child.pid for name, child in self.children.items()}
        return {name: _resident(pid) for name, pid in pids.items()}


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def until(found: Callable[[], Any], *, what: str, within: float = _PATIENCE_SECONDS, every: float = 0.1) -> Any:
    """Look again and again until `found()` is true, and give that. Raises TimeoutError."""
    deadline = time.monotonic() + within
    while not (result := found()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {within:g} s")
        time.sleep(every)
    return result
