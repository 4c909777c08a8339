"""Every service of docker-compose.yml, started by its own command against Debian's PostgreSQL and Redis."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from hotline.launcher.postgres import Postgres
from telephony.switchboard import HANDS
from tests.launcher.running import BASE_DIR, free_port, plain_environment, wait_until

SERVICES = ["web", "live", "switchboard", "worker", "beat"]
NEEDED = {"PUBLIC_URL", "SECRET_KEY"}
OF_THE_IMAGE = {"DATA_DIR", "STATIC_ROOT", "STATIC_MANIFEST"}
OF_COMPOSE = {"WEB_WORKERS", "POSTGRES_PASSWORD", "POSTGRES_MAX_CONNECTIONS"}  # for its own lines
NEVER = {"DEBUG"}


def compose() -> dict:
    return yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())


def filled(text: str, given: dict[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?message}` as compose fills them, from the inside out."""
    pattern = re.compile(r"\$\{(\w+)(?::([-?])([^${}]*))?\}")
    while found := pattern.search(text):
        name, kind, rest = found.groups()
        if kind == "?" and not given.get(name):
            raise KeyError(name)
        text = text.replace(found.group(), given.get(name) or rest or "", 1)
    return text


def test_two_values_must_be_set_and_no_more():
    text = (BASE_DIR / "docker-compose.yml").read_text()
    assert set(re.findall(r"\$\{(\w+):\?", text)) == NEEDED
    with pytest.raises(KeyError):
        filled(text, {"SECRET_KEY": "x"})
    yaml.safe_load(filled(text, dict.fromkeys(NEEDED, "https://hotline.example.org")))


def test_every_process_of_the_system_is_a_service():
    assert {"postgres", "redis", "migrate", "caddy", *SERVICES} == set(compose()["services"])


def test_each_setting_that_compose_passes_is_on_the_page_of_settings():
    page = (BASE_DIR / "docs" / "settings.md").read_text()
    passed = {name for service in SERVICES for name in compose()["services"][service]["environment"]}
    assert [name for name in sorted(passed) if f"`{name}`" not in page] == []


def test_each_setting_of_the_page_reaches_every_process():
    """What stands in .env is given to a container only if its service names it."""
    page = (BASE_DIR / "docs" / "settings.md").read_text()
    launcher = page.partition("## `make run` alone")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`.+?`) \|", page.replace(launcher, ""), re.MULTILINE)
    variables = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    assert len(variables) > 30
    for service in SERVICES:
        assert variables - compose()["services"][service]["environment"].keys() == OF_THE_IMAGE | OF_COMPOSE | NEVER


def test_the_database_takes_every_connection_that_the_services_may_hold():
    """A connection that is refused is a caller who hears an apology. Three are kept for the database's owner."""
    services = {
        name: filled(" ".join(each.get("command", [])), dict.fromkeys(NEEDED, "x"))
        for name, each in compose()["services"].items()
    }
    taken = int(re.search(r"max_connections=(\d+)", services["postgres"])[1])
    workers = int(re.search(r"--workers (\d+)", services["web"])[1])
    streams, switchboard, celery = 10, HANDS + 4, 10
    assert (workers + 1) * (2 * settings.WEB_THREADS + streams) + switchboard + celery <= taken - 3


@pytest.fixture
def stores(monkeypatch) -> Iterator[dict[str, str]]:
    """Debian's own PostgreSQL and Redis on ports and in folders of the test's own, reached by TCP as in compose."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    redis = shutil.which("redis-server")
    if not installed or redis is None:
        pytest.skip("PostgreSQL and Redis of the system are not installed (apt install postgresql redis-server)")
    monkeypatch.setenv("HOTLINE_PG_BIN", str(installed[-1]))
    home = Path(tempfile.mkdtemp(prefix="hotline-compose-"))
    home.chmod(0o755)
    ports = {"postgres": free_port(), "redis": free_port()}
    postgres = Postgres(
        home / "pg", settings={"listen_addresses": "127.0.0.1", "port": str(ports["postgres"]), "fsync": "off"}
    )
    monkeypatch.setenv("PGPORT", str(ports["postgres"]))  # the socket's name carries the port
    postgres.start()
    broker = subprocess.Popen(
        [redis, "--port", str(ports["redis"]), "--bind", "127.0.0.1", "--dir", str(home), "--save", ""],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield {
            "DATABASE_URL": f"postgres://hotline:{postgres.password}@127.0.0.1:{ports['postgres']}/hotline",
            "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
            "DATA_DIR": str(home / "data"),
        }
    finally:
        broker.terminate()
        broker.wait(10)
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


def begin(service: str, given: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """The service's command with the service's environment, as compose would start it."""
    described = compose()["services"][service]
    command = [filled(word, given) for word in described["command"]]
    named = described["environment"].items()  # a name without a value is passed on as it is set, or not at all
    environment = {name: filled(value, given) for name, value in named if value is not None}
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.Popen(
        command, cwd=BASE_DIR, stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT,
        env=plain_environment(**environment, DATA_DIR=given["DATA_DIR"], PATH=programs),
    )  # fmt: skip


def status(port: int, path: str) -> int:
    fetched = subprocess.run(
        ["curl", "-s", "-m", "3", "-o", os.devnull, "-w", "%{http_code}", f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return int(fetched.stdout or 0)


@pytest.mark.timeout(240)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_every_service_starts_by_its_command_and_the_system_is_ready(stores, tmp_path):
    Path(stores["DATA_DIR"]).mkdir()
    port = free_port()
    given = {"PUBLIC_URL": "http://localhost", "SECRET_KEY": "k" * 60, "PORT": str(port), **stores}
    assert begin("migrate", given, tmp_path / "migrate.log").wait(90) == 0, (tmp_path / "migrate.log").read_text()
    logs = {name: tmp_path / f"{name}.log" for name in SERVICES}
    # The stream's process has a port of its own, as it has a host of its own in compose.
    running = {
        name: begin(name, given | {"PORT": str(free_port() if name == "live" else port)}, logs[name])
        for name in SERVICES
    }
    try:
        wait_until(lambda: status(port, "/readyz") == 200 or any(p.poll() is not None for p in running.values()), 90)
        ended = [name for name, process in running.items() if process.poll() is not None]
        assert ended == [], {name: logs[name].read_text()[-2000:] for name in ended}
        assert status(port, "/accounts/login/") == 200
    finally:
        begun = time.monotonic()
        for process in running.values():
            process.terminate()
        codes = {name: process.wait(30) for name, process in running.items()}
    assert set(codes.values()) <= {0, -15}, shlex.join(map(str, codes.items()))
    assert time.monotonic() - begun < 20
