"""One life of the system on one machine: started, wounded, killed, started again, stopped."""

import json
import os
import pwd
import re
import shutil
import signal
import stat
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from hotline.launcher.postgres import Postgres
from tests.launcher.running import READY, alive, descendants, python_for_nobody, wait_until

PARTS = ("launcher.web", "switchboard", "simulator", "worker", "beat", "postgres", "valkey-server")


def in_database(data_dir: Path, statement: str) -> list[tuple]:
    url = Postgres(data_dir / "postgres").url()
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def children(run) -> dict[str, int]:
    """The direct children of the launcher, by the part they are."""
    found = {}
    for pid in descendants(run.process.pid):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == run.process.pid:
            found |= {part: pid for part in PARTS if part in words}
    return found


def nobody_else_reaches_the_database(data_dir: Path, pid: int) -> None:
    """A closed folder, a password, and never root."""
    postgres = Postgres(data_dir / "postgres")
    assert stat.S_IMODE(postgres.socket_dir.stat().st_mode) == 0o700
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(host=str(postgres.socket_dir), user="hotline", password="hotline", dbname="hotline")
    assert "scram-sha-256" in (postgres.data / "pg_hba.conf").read_text()
    if os.geteuid() == 0:
        assert Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@pytest.mark.timeout(300)
def test_the_system_starts_survives_and_stops(start, data_dir):
    first = start(data_dir)
    first.wait_for_line("Pages are open at")
    assert first.status("/accounts/login/") == 200
    first.wait_for_line(READY)

    demo = first.demo()
    assert demo["url"] == first.url
    assert stat.S_IMODE((data_dir / "demo.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((data_dir / "secrets.json").stat().st_mode) == 0o600
    always = [each for each in demo["numbers"] if each["open"] == "always"]
    assert always and all(each["lines"] > 0 for each in always)
    assert {"username", "password", "token", "identity", "phone"} <= set(demo["operators"][0])
    assert first.status("/readyz") == 200
    wait_until(lambda: demo["supervisor"]["password"] in first.output, 5, "the password")
    assert demo["auth_token"] not in first.output
    assert {"number", "hotline", "open", "lines"} == demo["numbers"][0].keys()

    wounded = children(first)
    assert set(wounded) == set(PARTS)
    nobody_else_reaches_the_database(data_dir, wounded["postgres"])
    for part in ("launcher.web", "valkey-server"):
        os.kill(wounded[part], signal.SIGKILL)
    wait_until(lambda: first.status("/accounts/login/") == 200, 30, "an answer of the new web process")
    wait_until(lambda: set(children(first)) == set(PARTS), 20, "the return of what was killed")
    assert all(children(first)[part] != wounded[part] for part in ("launcher.web", "valkey-server"))
    assert [line for line in first.lines if not re.match(r"\d\d:\d\d:\d\d [a-z]+ +\| ", line)] == []
    assert "web was killed by SIGKILL; starting it again" in first.output

    in_database(data_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
    before = in_database(data_dir, "SELECT count(*) FROM calls_call")
    first.kill_everything()

    second = start(data_dir, port=first.port)
    second.wait_for_line(READY)
    assert in_database(data_dir, "SELECT answer FROM kept") == [(42,)]
    assert in_database(data_dir, "SELECT count(*) FROM calls_call") == before
    assert second.demo() == demo
    assert "Bringing the database up to date" not in second.output
    assert demo["supervisor"]["password"] not in second.output

    other = start(data_dir)
    code, lines = other.ended()
    assert code == 1
    assert lines[0].startswith(f"Another copy (process {second.process.pid}) is already running")

    below = descendants(second.process.pid)
    assert second.interrupt() < 5.0
    assert second.process.returncode == 0
    assert [pid for pid in below if alive(pid)] == []
    assert not (data_dir / "demo.json").exists()
    assert json.loads((data_dir / "demo-credentials.json").read_text())["supervisor"] == demo["supervisor"]


@pytest.mark.timeout(120)
def test_an_ordinary_user_gets_a_first_page_too(start, data_dir):
    if os.geteuid() != 0:
        pytest.skip("every other test here is run as an ordinary user already")
    found = python_for_nobody()
    if found is None:
        pytest.skip("no Python here that an ordinary user may run")
    python, environment = found
    data_dir.mkdir()
    os.chown(data_dir, 65534, -1)
    run = start(data_dir, python=python, as_nobody="yes", **environment)
    run.wait_for_line("Pages are open at")
    assert run.status("/accounts/login/") == 200
    assert run.interrupt() < 5.0


@pytest.mark.timeout(120)
def test_a_supervisor_that_is_killed_leaves_nothing_running(start, data_dir):
    """And, as root, a closed folder is no obstacle: the database moves to where its user may go."""
    data_dir.mkdir(parents=True)
    data_dir.chmod(0o700)
    run = start(data_dir)
    run.wait_for_line("Bringing the database up to date")
    below = descendants(run.process.pid)
    assert below
    os.kill(run.process.pid, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in below), 10, "the end of the children")
    if os.geteuid() == 0:
        home = (data_dir / "postgres").resolve()
        assert home.parent == Path("/var/lib")
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        shutil.rmtree(home)
