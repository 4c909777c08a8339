"""A real run of the launcher in a folder and on a port of its own."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
READY = "Ready: "
PATIENCE_SECONDS = 90.0  # for a machine that runs other tests beside
_OURS = ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "DATA_DIR", "PORT", "SECRET_KEY", "MAKELEVEL", "HOTLINE_DEMO")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def plain_environment(**more: str) -> dict[str, str]:
    """The environment without what the tests themselves set for Django."""
    kept = {k: v for k, v in os.environ.items() if k not in _OURS and not k.startswith(("TWILIO_", "STATIC_"))}
    return {**kept, **more}


def descendants(pid: int) -> list[int]:
    """Every process below `pid`, read from /proc."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += children
    return found


def alive(pid: int) -> bool:
    """Whether a process runs; a dead one that nobody has buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition, seconds: float = PATIENCE_SECONDS, what: str = "it") -> float:
    """Seconds until `condition()` was true; fails after `seconds`."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - begun


class Run:
    """The launcher as a child of the test, with what it printed."""

    def __init__(self, data_dir: Path, *, port: int | None = None, python: str = sys.executable, **environment: str):
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.lines: list[str] = []
        options = {"user": "nobody", "group": "nogroup", "extra_groups": []} if environment.pop("as_nobody", "") else {}
        self.begun = time.monotonic()
        self.process = subprocess.Popen(
            [python, "-m", "hotline.launcher"],
            cwd=BASE_DIR,
            env=plain_environment(**{"DATA_DIR": str(data_dir), "PORT": str(self.port), **environment}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def status(self, path: str) -> int:
        """The answer's status; 0 when there is none."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as answer:
            with answer:
                return answer.code
        except OSError:
            return 0

    def wait_for_line(self, text: str, seconds: float = PATIENCE_SECONDS) -> float:
        """Seconds since the start until a line with `text` was printed."""

        def seen() -> bool:
            if self.process.poll() is not None and text not in self.output:
                raise AssertionError(f"the launcher ended before it said {text!r}:\n{self.output}")
            return text in self.output

        try:
            wait_until(seen, seconds, f"the line {text!r}")
        except AssertionError:
            raise AssertionError(f"no line {text!r} in:\n{self.output}") from None
        return time.monotonic() - self.begun

    def demo(self) -> dict:
        return json.loads((self.data_dir / "demo.json").read_text())

    def interrupt(self) -> float:
        """Ctrl-C; seconds until the launcher has ended."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(15)
        return time.monotonic() - begun

    def kill_everything(self) -> None:
        """kill -9 of the launcher and of each of its children, as a power cut would."""
        pids = [self.process.pid, *descendants(self.process.pid)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(5)
        wait_until(lambda: not any(alive(pid) for pid in pids), 10, "the end of every process")

    def ended(self, seconds: float = 20) -> tuple[int, list[str]]:
        """The exit code and all lines, once it has ended."""
        code = self.process.wait(seconds)
        self.reader.join(5)
        return code, self.lines

    def close(self) -> None:
        """End whatever is left."""
        if self.process.poll() is None:
            self.kill_everything()
        self.process.stdout.close()


def python_for_nobody() -> tuple[str, dict[str, str]] | None:
    """An interpreter that `nobody` may run with our packages, and the environment it needs; None if there is none."""
    packages = sysconfig.get_path("purelib")
    for candidate in (sys.executable, shutil.which("python3.11", path="/usr/bin:/usr/local/bin")):
        if candidate is None:
            continue
        environment = {} if candidate == sys.executable else {"PYTHONPATH": packages}
        try:
            probe = subprocess.run(
                [candidate, "-c", "import django, psycopg2, hotline.launcher"],
                cwd=BASE_DIR, env=plain_environment(**environment), user="nobody", group="nogroup", extra_groups=[],
                capture_output=True, check=False,
            )  # fmt: skip
        except PermissionError:  # it lives under a folder that is closed to others
            continue
        if probe.returncode == 0:
            return candidate, environment
    return None
