"""The running system for browser tests: web, simulator and switchboard as processes, on a database of their own."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from telephony.simulator.phone import Control, PhoneCall

ROOT = Path(__file__).resolve().parents[2]
# Nothing under way and nobody at work, in the order in which the product locks rows: calls, then people.
NOTHING_LEFT = """
UPDATE calls_instruction SET state = 'failed', finished_at = now() WHERE state IN ('pending', 'claimed', 'uncertain');
UPDATE calls_callback SET state = 'cancelled', done_at = now() WHERE state IN ('waiting', 'ringing', 'connected');
UPDATE calls_call SET state = 'ended', ended_at = now(), ended_by = 'system', ringing_until = NULL,
    outcome = CASE outcome WHEN '' THEN 'failed' ELSE outcome END WHERE ended_at IS NULL;
UPDATE calls_transfer SET state = 'cancelled', closed_at = now() WHERE state IN ('ringing', 'talking');
UPDATE calls_leg SET state = 'over', closed_at = now() WHERE state <> 'over';
UPDATE calls_attendance SET left_at = now(), reason = 'over' WHERE left_at IS NULL;
UPDATE calls_callforhelp SET ended_at = now(), reason = 'over' WHERE ended_at IS NULL;
UPDATE calls_offer SET closed_at = now(), state = CASE state WHEN 'accepted' THEN 'finished' ELSE 'withdrawn' END
    WHERE state IN ('ringing', 'accepted');
UPDATE operators_operator SET state = 'offline', state_since = now(), state_reason = '', next_state = '',
    next_reason = '', desk_seen_at = NULL WHERE state <> 'offline' OR next_state <> '';
UPDATE operators_message SET read_at = now() WHERE read_at IS NULL;
UPDATE scheduling_break SET finished_at = now() WHERE begun_at IS NOT NULL AND finished_at IS NULL;
WITH lifted AS (UPDATE lines_closure SET reopened_at = now() WHERE reopened_at IS NULL RETURNING hotline_id)
    UPDATE lines_hotline SET version = version + 1 WHERE id IN (SELECT hotline_id FROM lifted);
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class System:
    """Started by `start`, ended by `stop`; `url` is where its pages are."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="hotline-browser-"))
        self.web, self.simulator = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.web}"
        self.database = f"browser_{secrets.token_hex(4)}"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.facts: dict[str, str] = {}

    @property
    def environment(self) -> dict[str, str]:
        server = urlsplit(os.environ["DATABASE_URL"])
        return os.environ | {
            "DATABASE_URL": urlunsplit(server._replace(path=f"/{self.database}")),
            "PUBLIC_URL": self.url,
            "SIMULATOR_URL": f"http://127.0.0.1:{self.simulator}",
            "TWILIO_API_URL": f"http://127.0.0.1:{self.simulator}",
            "DATA_DIR": str(self.home),
            "HOTLINE_DEMO": "1",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }

    def start(self) -> "System":
        self._sql(f'CREATE DATABASE "{self.database}"')
        self._run("manage.py", "migrate", "--verbosity", "0")
        self._run("manage.py", "createcachetable")
        self.facts = json.loads(self._run("-m", "tests.browser.seed").splitlines()[-1])
        self._spawn("simulator", "manage.py", "simulator", "--port", str(self.simulator), "--data-dir",
                    str(self.home / "simulator"), "--webhook-base", self.url)  # fmt: skip
        self._spawn("web", "-m", "uvicorn", "hotline.asgi:application", "--port", str(self.web), "--no-access-log",
                    "--timeout-graceful-shutdown", "2")  # fmt: skip
        self._spawn("switchboard", "manage.py", "switchboard")
        self._wait()
        return self

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self._sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        shutil.rmtree(self.home, ignore_errors=True)

    def clear(self) -> None:
        """Between tests, whatever the last one left: no mishap, no call, no closure, nobody at work."""
        carrier = Control(f"http://127.0.0.1:{self.simulator}")
        carrier.clear_faults()
        live = [PhoneCall(carrier, call) for call in carrier.calls() if call["live"]]
        for call in live:
            call.hang_up()
        if live:  # the desks' own ends of them too, and what the product makes of it
            carrier.settle()
        carrier.close()
        self._sql(NOTHING_LEFT, self.environment["DATABASE_URL"])

    def log(self, name: str) -> str:
        return (self.home / f"{name}.log").read_text(errors="replace")

    def shell(self, lines: str) -> str:
        """Run Python lines in the system's own surroundings; what they print."""
        return self._run("manage.py", "shell", "--verbosity", "0", "--command", lines)

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            check=False,
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _spawn(self, name: str, *command: str) -> None:
        with (self.home / f"{name}.log").open("wb") as log:
            self.processes.append(
                subprocess.Popen([sys.executable, *command], env=self.environment, cwd=ROOT, stdout=log, stderr=log)
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=2).close()
                socket.create_connection(("127.0.0.1", self.simulator), 1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, self.log("web") + self.log("simulator")
                time.sleep(0.1)

    @staticmethod
    def _sql(statement: str, database: str = "") -> None:
        connection = psycopg2.connect(database or os.environ["DATABASE_URL"])
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()
