"""A database and web processes of the benchmark's own, on 127.0.0.1, ended by the benchmark."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from hotline.launcher.postgres import Postgres

ACCOUNT_SID = "AC" + "b" * 32
AUTH_TOKEN = "bench" * 6


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Ground:
    """PostgreSQL with the settings of `make run`, and processes beside it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="hotline-bench-"))
        self.home.chmod(0o755)
        self.postgres = Postgres(self.home / "pg")
        self.children: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        self.public_url = f"http://127.0.0.1:{self.port}"

    def start(self) -> "Ground":
        self.postgres.start()
        os.environ.update(
            DATABASE_URL=self.postgres.url(), SECRET_KEY="bench" * 12, PUBLIC_URL=self.public_url,
            TWILIO_ACCOUNT_SID=ACCOUNT_SID, TWILIO_AUTH_TOKEN=AUTH_TOKEN, DATA_DIR=str(self.home / "data"),
            LOG_LEVEL="WARNING", DJANGO_SETTINGS_MODULE="hotline.settings",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        return self

    def serve(self, application: str, port: int) -> None:
        """Start one web process, wait until it answers."""
        command = [sys.executable, "-m", "uvicorn", application, "--host", "127.0.0.1", "--port", str(port),
                   "--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", "1"]  # fmt: skip
        self.spawn(command)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/nothing-here", timeout=1)
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{application} did not answer")

    def switchboard(self, carrier_url: str) -> None:
        """Start one switchboard, wait until it is at work: two cores that still load programs measure the loading."""
        child = subprocess.Popen(
            [sys.executable, "manage.py", "switchboard"],
            env=os.environ | {"TWILIO_API_URL": carrier_url},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self.children.append(child)
        assert child.stdout is not None
        if child.stdout.readline() != b"ready\n":
            raise RuntimeError("the switchboard did not start")

    def spawn(self, command: list[str], **more: str) -> "subprocess.Popen[bytes]":
        child = subprocess.Popen(command, env=os.environ | more, stdin=subprocess.DEVNULL)
        self.children.append(child)
        return child

    def stop(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(8)
            except subprocess.TimeoutExpired:
                child.kill()
        self.postgres.stop()
        shutil.rmtree(self.home, ignore_errors=True)
