"""A database of the simulation's own, made for one day and thrown away: no other is ever opened."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hotline.launcher.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}


class Failed(Exception):
    """The day could not be played to its end; the text is what the processes said."""


def simulate(wish: dict[str, Any]) -> dict[str, Any]:
    """Play one day on processes and a database of its own, and give what came of it. Raises Failed."""
    with _ground() as (home, environment):
        done = _run(["day", json.dumps(wish), str(home)], environment)
        if done.returncode:
            logs = [path.read_text(errors="replace")[-2000:] for path in sorted(home.glob("*.log"))]
            raise Failed("\n".join([done.stderr[-3000:], *logs]))
        return dict(json.loads(done.stdout.splitlines()[-1]))


def _run(words: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "hotline.simulation", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


@contextmanager
def _ground() -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with a running database, and the surroundings of processes that use it and the simulator alone."""
    home = Path(tempfile.mkdtemp(prefix="hotline-simulate-"))
    home.chmod(0o755)
    server = Postgres(home / "pg", settings=_FAST)
    try:
        server.start()
        yield home, _environment(home, server.url())
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _environment(home: Path, database: str) -> dict[str, str]:
    web, carrier = _free_port(), _free_port()
    simulator = f"http://127.0.0.1:{carrier}"
    return os.environ | {
        "DATABASE_URL": database,
        "SECRET_KEY": secrets.token_hex(30),
        "PUBLIC_URL": f"http://127.0.0.1:{web}",
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_URL": simulator,  # a carrier that bills is out of reach, whatever was set before
        "SIMULATOR_URL": simulator,
        "FALLBACK_FORWARD_NUMBER": "",
        "DATA_DIR": str(home),
        "HOTLINE_DEMO": "0",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(ROOT),
        "HOTLINE_CLOCK_FILE": str(home / "clock"),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
