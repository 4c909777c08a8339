"""The run itself: stores first, then the web, then everything else; watched until it is told to stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from hotline.launcher import schema
from hotline.launcher.children import CannotStart, spawn
from hotline.launcher.configuration import BASE_DIR, Configuration
from hotline.launcher.ground import database_home, running_low
from hotline.launcher.parts import Part, show, wait_for_end
from hotline.launcher.postgres import Postgres
from hotline.launcher.terminal import say
from hotline.launcher.valkey import Valkey

_TICK_SECONDS = 0.1
_GRACE_SECONDS = 2.8  # for the web's open streams and a task in hand; what is cut off is done again
_LOOK_AT_DISK_EVERY = 30.0
_PATIENCE_WITH_WEB = 20.0


class Stop(Exception):
    """Somebody asked us to stop."""


class Launch:
    """One run of the whole system. `run` returns only by an exception; `stop` then ends every child."""

    def __init__(self, configuration: Configuration, door: socket.socket) -> None:
        self.configuration = configuration
        self.door = door
        self.parts: list[Part] = []
        self.stores: list[Part] = []
        self.jobs: list[subprocess.Popen[bytes]] = []
        self.environment: dict[str, str] = {}
        self._disk_seen = 0.0
        self._gate = self._latch = -1

    # --- the order of things -------------------------------------------------------------------

    def run(self) -> None:
        """Start everything, say when it is ready, and look after it for ever. Raises CannotStart or Stop."""
        self._forget_demo_file()
        (self.configuration.data_dir / "static").mkdir(exist_ok=True)
        self._start_stores()
        self._open_web()
        self._migrate()
        self._let_in()
        before = self._credentials_of_demo()
        demo = self._begin_demo()
        self._until(lambda: self._answers("/healthz"), _PATIENCE_WITH_WEB)
        say(f"Pages are open at {self.configuration.public_url}/")
        self._start_the_rest()
        if demo is not None:
            self._finish(demo)
        self._until(lambda: self._simulator_listens() and self._answers("/readyz"), tick=0.5)
        self._announce(new_passwords=self._credentials_of_demo() != before)
        self._until(lambda: False)

    def _start_stores(self) -> None:
        configuration = self.configuration
        valkey = Valkey(configuration.data_dir / "valkey", password=configuration.secrets["VALKEY_PASSWORD"])
        if not configuration.redis_url:
            self._keep(Part("valkey", valkey.launch), self.stores)
        postgres = Postgres(database_home(configuration.data_dir))
        if not configuration.database_url:
            say("Starting PostgreSQL" if postgres.data.exists() else "Making the database")
            postgres.start()
            part = Part("postgres", postgres.launch)
            part.process = postgres.process
            self.stores.append(part)
            self._forget_heartbeats(postgres.url())
        self.environment = configuration.environment(
            database_url=configuration.database_url or postgres.url(),
            redis_url=configuration.redis_url or valkey.url,
        )

    @staticmethod
    def _forget_heartbeats(database_url: str) -> None:
        """On our own database nobody else is alive: a sign of life from the last run must not look like one now."""
        try:
            with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
                cursor.execute("DELETE FROM core_heartbeat")
        except psycopg2.Error:
            pass  # no such table yet

    def _migrate(self) -> None:
        database_url, data_dir = self.environment["DATABASE_URL"], self.configuration.data_dir
        if schema.up_to_date(database_url, data_dir):
            return
        say("Bringing the database up to date")
        if not self._finish(self._job("migrate", "--no-input", "--verbosity", "0")):
            raise CannotStart("The database could not be brought up to date; the lines above say why.")
        schema.remember(database_url, data_dir)

    def _start_the_rest(self) -> None:
        celery = [sys.executable, "-m", "celery", "--app", "hotline", "--quiet"]
        data_dir = self.configuration.data_dir
        # As root, Celery warns at length about root.
        quiet = {"STATEMENT_TIMEOUT_MS": "60000", "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"}
        if self.configuration.simulator_port:
            self._add("simulator", self._manage(
                "simulator", "--port", str(self.configuration.simulator_port),
                "--data-dir", str(data_dir / "simulator"), "--webhook-base", self.configuration.local_url,
            ))  # fmt: skip
        self._add("switchboard", self._manage("switchboard"))
        self._add("worker", [
            *celery, "worker", "--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
        ], **quiet)  # fmt: skip
        self._add("beat", [
            *celery, "beat", "--loglevel", "WARNING", "--schedule", str(data_dir / "beat-schedule"), "--pidfile=",
        ])  # fmt: skip

    # --- the demo ------------------------------------------------------------------------------

    def _demo_file(self, name: str) -> Path:
        return self.configuration.data_dir / name

    def _begin_demo(self) -> "subprocess.Popen[bytes] | None":
        """Begin to load the demo, if the database is empty, and to write the file that others will read."""
        if not self.configuration.demo:
            return None
        if self._credentials_of_demo() is None:
            say("Loading the demo: three hotlines, their people and two weeks of calls")
        return self._job("write_demo_json", "--output", str(self._demo_file("demo.json.ready")))

    def _credentials_of_demo(self) -> str | None:
        path = self._demo_file("demo-credentials.json")
        return path.read_text() if path.exists() else None

    def _forget_demo_file(self) -> None:
        """Whoever finds demo.json may rely on a running system."""
        for name in ("demo.json", "demo.json.ready"):
            self._demo_file(name).unlink(missing_ok=True)

    def _announce(self, *, new_passwords: bool) -> None:
        url = self.configuration.public_url
        say(f"Ready: {url}/")
        if self.configuration.simulator_port:
            say(f"Telephones to call from: {url}/simulator/")
        ready = self._demo_file("demo.json.ready")
        if new_passwords:
            self._show_passwords(json.loads(ready.read_text()))
        if ready.exists():
            ready.replace(self._demo_file("demo.json"))

    def _show_passwords(self, demo: dict[str, Any]) -> None:
        say(f"Sign in with one of these; they are shown this once, and kept in {self._demo_file('demo.json')}:")
        people = [(role, demo[role]) for role in ("administrator", "supervisor") if role in demo]
        for role, person in [*people, *(("operator", each) for each in demo["operators"])]:
            say(f"  {role:<13}  {person['username']:<16}  {person['password']}")

    # --- children ------------------------------------------------------------------------------

    def _open_web(self) -> None:
        """Start the web process; it loads while we do other things, and lets people in at `_let_in`."""
        door = self.door.fileno()
        self._gate, self._latch = os.pipe()
        command = [sys.executable, "-m", "hotline.launcher.web", "--door", str(door), "--gate", str(self._gate)]
        self._add("web", command, death_signal=signal.SIGKILL, pass_fds=(door, self._gate))

    def _let_in(self) -> None:
        os.close(self._latch)

    @staticmethod
    def _manage(*arguments: str) -> list[str]:
        return [sys.executable, str(BASE_DIR / "manage.py"), *arguments]

    def _spawner(self, command: list[str], **options: Any) -> "Callable[[], subprocess.Popen[bytes]]":
        extra = {name: options.pop(name) for name in list(options) if name.isupper()}

        def start() -> "subprocess.Popen[bytes]":
            environment = {**self.environment, **extra}
            return spawn(
                command, env=environment, cwd=BASE_DIR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
            )

        return start

    def _add(self, name: str, command: list[str], **options: Any) -> None:
        self._keep(Part(name, self._spawner(command, **options)), self.parts)

    @staticmethod
    def _keep(part: Part, among: list[Part]) -> None:
        part.start()
        among.append(part)

    def _job(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Begin a management command that ends by itself and may take its time in the database."""
        process = self._spawner(self._manage(*arguments), STATEMENT_TIMEOUT_MS="0")()
        show(process, "hotline")
        self.jobs.append(process)
        return process

    def _finish(self, job: "subprocess.Popen[bytes]") -> bool:
        """Wait for a job; whether it went well."""
        self._until(lambda: job.poll() is not None)
        self.jobs.remove(job)
        return job.returncode == 0

    # --- watching and stopping -----------------------------------------------------------------

    def _until(self, condition: Callable[[], bool], seconds: float | None = None, tick: float = _TICK_SECONDS) -> None:
        """Look after every part until `condition` holds, or for at most `seconds`."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not condition() and (deadline is None or time.monotonic() < deadline):
            for part in [*self.stores, *self.parts]:
                part.look_after()
            self._look_at_disk()
            time.sleep(tick)

    def _look_at_disk(self) -> None:
        if time.monotonic() - self._disk_seen < _LOOK_AT_DISK_EVERY:
            return
        self._disk_seen = time.monotonic()
        if sentence := running_low(self.configuration.data_dir):
            say(sentence)

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(self.configuration.local_url + path, timeout=2) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    def _simulator_listens(self) -> bool:
        if not self.configuration.simulator_port:
            return True
        try:
            socket.create_connection(("127.0.0.1", self.configuration.simulator_port), timeout=1).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End the parts together, then the stores; what does not end in time is killed. At most about 5 seconds."""
        self._forget_demo_file()
        for job in self.jobs:
            job.terminate()
        for part in self.parts:
            part.ask_to_stop()
        if not wait_for_end(self.parts, _GRACE_SECONDS):
            self._kill(self.parts)
        for store in self.stores:
            store.ask_to_stop(signal.SIGINT if store.name == "postgres" else signal.SIGTERM)
        if not wait_for_end(self.stores, 1.5):
            for store in self.stores:  # both recover from their journals at the next start
                store.ask_to_stop(signal.SIGQUIT if store.name == "postgres" else signal.SIGKILL)
            wait_for_end(self.stores, 1.0)

    @staticmethod
    def _kill(parts: list[Part]) -> None:
        for part in parts:
            part.ask_to_stop(signal.SIGKILL)
        wait_for_end(parts, 1.0)
