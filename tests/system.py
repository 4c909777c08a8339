"""The running system for tests: its own database, web processes, switchboards and simulator, each ended by its pid."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hotline.launcher.postgres import Postgres
from telephony.simulator.harness import Box
from telephony.simulator.phone import Desk, Handset, Phone, PhoneCall

ROOT = Path(__file__).resolve().parent.parent
ACCOUNT_SID = "AC" + "f" * 32
AUTH_TOKEN = "flows" * 6
SPEED = 20.0  # prompts and rings are so much shorter
_MIGRATED: dict[str, Path] = {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(found: Callable[[], Any], *, within: float = 10.0, what: str = "it") -> Any:
    """Look again and again until `found()` is true, and give that; fails after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > deadline:
            pytest.fail(f"{what} did not happen within {within:g} s")
        time.sleep(0.02)


class System:
    """What `make run` starts, less what calls do not need; tests add what they want to break."""

    def __init__(self, *, web: int = 1, switchboards: int = 1, durable: bool = False, **environment: str) -> None:
        """`durable` as in production: what was acknowledged survives the death of the database."""
        self.home = Path(tempfile.mkdtemp(prefix="hotline-system-"))
        self.home.chmod(0o755)
        self.postgres = Postgres(self.home / "pg", settings={} if durable else {"synchronous_commit": "off"})
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = environment
        self.counts = {"web": web, "switchboard": switchboards}
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.box: Box | None = None
        self.expected: list[str] = []  # alarms that a test declares it will cause
        self._before: dict[str, Any] = {}

    # --- starting and stopping
    def start(self) -> "System":
        (self.home / "data").mkdir()
        self.postgres.start()
        self.box = Box(
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            webhook_base=self.url,
            speed=SPEED,
            data_dir=self.home / "sim",
            vocabulary=ROOT / "tests" / "contracts" / "twiml_vocabulary.json",
        ).start()
        self._environ = os.environ | {
            "DATABASE_URL": self.postgres.url(), "PUBLIC_URL": self.url, "SECRET_KEY": "system" * 10,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_API_URL": self.box.url,
            "SIMULATOR_URL": self.box.url, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0", "HOTLINE_DEMO": "0",
            "DATA_DIR": str(self.home / "data"), "LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore",
        } | self.environment  # fmt: skip
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=self._environ, check=True)
        for number in range(self.counts["web"]):
            self.start_web(f"web{number or ''}")
        for number in range(self.counts["switchboard"]):
            self.start_switchboard(f"switchboard{number or ''}")
        until(self.answers, within=60, what="the first page")
        return self

    def start_web(self, name: str = "web") -> None:
        """One web process. Several share the port: the kernel spreads connections over them."""
        self._spawn(name, [sys.executable, "-m", "tests.web", str(self.port)])

    def start_switchboard(self, name: str = "switchboard") -> None:
        self._spawn(name, [sys.executable, "manage.py", "switchboard"])

    def start_celery(self, name: str, *words: str) -> None:
        self._spawn(name, [sys.executable, "-m", "celery", "-A", "hotline", *words])

    def _spawn(self, name: str, command: list[str]) -> None:
        with (self.home / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """kill -9, by pid."""
        self.children[name].kill()
        self.children.pop(name).wait(5)

    def stop(self) -> None:
        for child in self.children.values():
            child.send_signal(signal.SIGTERM)
        for child in self.children.values():
            try:
                child.wait(6)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(5)
        if self.box is not None:
            self.box.stop()
        self.postgres.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}/healthz", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def logs(self) -> str:
        return "\n".join(
            f"--- {path.name}\n{path.read_text(errors='replace')[-3000:]}" for path in self.home.glob("*.log")
        )

    # --- the test's own eyes
    @contextmanager
    def eyes(self) -> Iterator["System"]:
        """Django's default connection looks into this system's database; afterwards where it looked before."""
        self._borrow_connection()
        try:
            self.clear()
            yield self
            self.clear()
        finally:
            self._return_connection()

    def _borrow_connection(self) -> None:
        from django.db import connection

        connection.close()
        self._before = {
            name: connection.settings_dict[name] for name in ("NAME", "HOST", "USER", "PASSWORD", "OPTIONS")
        }
        connection.settings_dict.update(
            NAME="hotline", HOST=str(self.postgres.socket_dir), USER="hotline", PASSWORD=self.postgres.password,
            OPTIONS={"connect_timeout": 2},
        )  # fmt: skip

    def _return_connection(self) -> None:
        from django.db import connection

        connection.close()
        connection.settings_dict.update(self._before)

    def signed_in(self, user: Any) -> dict[str, str]:
        """The cookies of a browser in which `user` is signed in."""
        from django.conf import settings
        from django.test import Client, override_settings

        client = Client()
        with override_settings(SECRET_KEY=self._environ["SECRET_KEY"]):
            client.force_login(user)
        return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}

    # --- the people
    @property
    def phone(self) -> Phone:
        assert self.box is not None
        return Phone(self.box.url)

    @property
    def carrier(self):
        assert self.box is not None
        return self.box.control

    def desk(self, operator, **manner: Any) -> Desk:
        assert self.box is not None
        return Desk(self.box.url, operator.identity, **manner)

    def telephone_of(self, user, **manner: Any) -> Desk:
        """The browser telephone of somebody who may answer no calls of their own."""
        from calls.services import identity_of

        assert self.box is not None
        return Desk(self.box.url, identity_of(user), **manner)

    def handset(self, number: str, **manner: Any) -> Handset:
        assert self.box is not None
        return Handset(self.box.url, number, **manner)

    def clear(self) -> None:
        """Between tests: no mishaps, nobody signed on, no call and no promise left."""
        from django.utils import timezone

        from calls.models import Call, Callback
        from operators.models import Operator

        self.carrier.clear_faults()
        for call in self.carrier.calls():
            if call["live"]:
                PhoneCall(self.carrier, call).hang_up()
        Operator.objects.update(active=False, state="offline")
        Callback.objects.filter(state__in=["waiting", "ringing", "connected"]).update(state="cancelled")
        Call.objects.filter(direction="outgoing", ended_at=None).update(
            ended_at=timezone.now(), state="ended", outcome="cancelled"
        )

    # --- the seven invariants
    def at_rest(self, within: float = 15.0) -> None:
        """Wait until nothing is under way, then hold the register against the carrier."""
        self.carrier.settle()
        deadline = time.monotonic() + within
        problems = self.broken()
        while problems and time.monotonic() < deadline:
            time.sleep(0.1)
            problems = self.broken()
        assert not problems, "\n".join(problems) + "\n" + self.logs()

    def broken(self) -> list[str]:
        """Which of the seven invariants do not hold now, in words."""
        from django.db.models import Count

        from calls.models import Call, Instruction
        from operators.models import Operator

        known = self.carrier.calls("inbound")
        register = {call.carrier_ref: call for call in Call.objects.all()}
        problems = [
            f"1: the carrier's {leg['sid']} is not in the register" for leg in known if leg["sid"] not in register
        ]
        live = {leg["sid"] for leg in self.carrier.calls() if leg["live"]}
        live |= {ref for ref in register if ref.startswith("callback:")}  # in the line, and not dialled yet
        problems += [f"2: {ref} is not over" for ref, call in register.items() if not call.ended_at and ref not in live]
        for operator in Operator.objects.filter(active=True, state__in=["ringing", "on_call"]):
            if not operator.offers.filter(state__in=["ringing", "accepted"], call__carrier_ref__in=live).exists():
                problems.append(f"3: {operator} is {operator.state} without a live call")
        ended = Call.objects.filter(ended_at__isnull=False)
        if ended.filter(outcome="").exists():
            problems.append("4: a call ended without an outcome")
        counted = sum(row["n"] for row in ended.values("outcome").annotate(n=Count("pk")))
        if counted != ended.count():
            problems.append("4: outcomes do not add up")
        problems += self._talk_differs(register)
        if (
            Instruction.objects.filter(state__in=["pending", "claimed", "uncertain"])
            .exclude(call__ended_at=None)
            .exists()
        ):
            problems.append("6: an instruction of an ended call is still open")
        for path in self.home.glob("*.log"):
            alarms = filter(_alarming, path.read_text(errors="replace").splitlines())
            problems += [
                f"7: {path.name}: {line}" for line in alarms if not any(text in line for text in self.expected)
            ]
        return problems

    def _talk_differs(self, register: dict[str, Any]) -> list[str]:
        """5: talk time agrees with the carrier's within a second: from the first answer until the last operator who had
        the caller left, or the caller did."""
        problems = []
        legs = {leg["sid"]: leg for leg in self.carrier.calls()}
        for call in register.values():
            if not (call.answered_at and call.ended_at) or call.recovered:
                continue
            talked = call.offers.filter(accepted_at__isnull=False, purpose="answer").values_list("leg_ref", flat=True)
            ends = [leg["ended_at"] for ref in talked if (leg := legs.get(ref or ""))]
            caller = legs.get(call.carrier_ref)
            if not ends or not all(ends) or not caller or not caller["ended_at"]:
                continue
            left = min(max(map(datetime.fromisoformat, ends)), datetime.fromisoformat(caller["ended_at"]))
            theirs = (left - call.answered_at).total_seconds()
            if abs(theirs - (call.talk_seconds or 0)) > 1:
                problems.append(
                    f"5: {call.carrier_ref} talked {call.talk_seconds:.1f} s, the carrier says {theirs:.1f} s"
                )
        return problems


def _alarming(line: str) -> bool:
    return line.startswith(("ERROR", "CRITICAL", "Traceback"))
