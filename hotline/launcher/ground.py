"""What must hold before anything starts: a folder of our own, room on the disk, a free port. Each in one sentence."""

import contextlib
import errno
import fcntl
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path

from hotline.launcher.children import CannotStart, give, unprivileged, within_reach

_NEW_MEGABYTES, _RUNNING_MEGABYTES = 150, 40
_PORT_PATIENCE_SECONDS = 3.0


class Lock:
    """Held while we run, so that two copies never share one DATA_DIR. Freed by the kernel however we end."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "running.pid"
        self.file = self.path.open("a+")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.file.seek(0)
            pid = self.file.read().strip() or "unknown"
            raise CannotStart(
                f"Another copy (process {pid}) is already running with DATA_DIR {data_dir}: "
                "stop it, or set another DATA_DIR."
            ) from None
        self.file.seek(0)
        self.unclean = bool(self.file.read().strip())  # the last copy was killed: its children may still be leaving
        self._write(str(os.getpid()))

    def _write(self, text: str) -> None:
        self.file.truncate(0)
        self.file.write(text)
        self.file.flush()

    def release(self) -> None:
        with contextlib.suppress(OSError):  # a full disk must not keep us from stopping
            self._write("")
        self.file.close()


def own_folder(data_dir: Path) -> None:
    """Make DATA_DIR if needed and see that we may write there."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir) as probe:
            probe.write(b"x" * 4096)
    except OSError as error:
        raise CannotStart(_folder_trouble(data_dir, error)) from None


def _folder_trouble(data_dir: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk that holds {data_dir} is full: make room and start again."
    return f"DATA_DIR {data_dir} cannot be written ({error.strerror}): change its owner, or set another DATA_DIR."


def room(data_dir: Path) -> None:
    """Refuse to start on a disk that would be full in a moment."""
    needed = _RUNNING_MEGABYTES if (data_dir / "postgres" / "data").exists() else _NEW_MEGABYTES
    free = shutil.disk_usage(data_dir).free // 1_000_000
    if free < needed:
        raise CannotStart(
            f"The disk that holds {data_dir} is full: {free} MB are left and {needed} MB are needed; "
            "make room and start again."
        )


def running_low(data_dir: Path) -> str:
    """A sentence when the disk is about to be full while we run, else nothing."""
    free = shutil.disk_usage(data_dir).free // 1_000_000
    return (
        f"The disk that holds {data_dir} is nearly full: only {free} MB are left." if free < _RUNNING_MEGABYTES else ""
    )


def listening_socket(host: str, port: int, *, patient: bool) -> socket.socket:
    """The web's socket, opened by us: callers wait in its queue while the web process starts or starts again."""
    deadline = time.monotonic() + (_PORT_PATIENCE_SECONDS if patient else 0)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        door = socket.socket(family, socket.SOCK_STREAM)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
            door.listen(512)
            return door
        except (OSError, OverflowError) as error:
            door.close()
            if time.monotonic() >= deadline:
                raise CannotStart(_port_trouble(host, port, error)) from None
            time.sleep(0.1)


def _port_trouble(host: str, port: int, error: Exception) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code == errno.EADDRINUSE:
        return f"Port {port} is in use by another program: stop it, or choose another: PORT={port + 1} make run."
    if code == errno.EACCES:
        return f"Port {port} may only be opened by root: choose one above 1023, for example PORT=8000 make run."
    return f"The web pages cannot be opened on {host}:{port}: {error}."


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_home(data_dir: Path) -> Path:
    """Where PostgreSQL keeps its files: DATA_DIR/postgres; as root under a closed folder, a link to /var/lib.

    Servers refuse to run as root and run as `nobody`, who cannot walk into /root.
    """
    home = data_dir / "postgres"
    if unprivileged() is None or home.is_symlink() or within_reach(home):
        return home.resolve()
    outside = Path(tempfile.mkdtemp(prefix="hotline-postgres-", dir="/var/lib"))
    if home.exists():  # the folder was open once: the data moves along
        outside.rmdir()
        shutil.move(home, outside)
        give(outside, recursive=True)
    home.symlink_to(outside)
    return outside
