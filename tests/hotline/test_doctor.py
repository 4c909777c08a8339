"""The doctor says of each part what it saw and what to do, on a page and at the command line."""

import json
import re
import socket
from datetime import timedelta
from io import StringIO

import pytest
import requests
from django.core.management import call_command
from django.utils import timezone

from calls.models import Call, Instruction
from hotline.core.checkup import Check, Verdict, bad, good
from hotline.core.models import CheckResult, Heartbeat
from hotline.doctor import checks, inside, outside
from hotline.doctor import settings as settings_checks
from telephony import checkup, outages
from tests.people import make_user
from tests.simulator.application import Application

pytestmark = pytest.mark.django_db


def look(check: Check):
    finding = check.look()
    assert finding.seen.endswith((".", "!"))
    assert bool(finding.remedy) is (finding.verdict != Verdict.PASS)
    return finding


@pytest.fixture
def house(settings):
    """The public address, played by a small application."""
    application = Application({"/healthz": (200, "application/json", '{"status": "ok"}')})
    settings.PUBLIC_URL = application.url
    yield application
    application.close()


@pytest.fixture
def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# --- settings -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("https://hotline.example.org", Verdict.PASS),
        ("http://hotline.example.org", Verdict.WARN),
        ("https://example.org/hotline", Verdict.FAIL),
        ("http://127.0.0.1:8000", Verdict.FAIL),
    ],
)
def test_the_public_address_must_have_the_form_that_calls_need(settings, url, verdict):
    settings.PUBLIC_URL, settings.SIMULATOR_URL = url, ""
    assert look(settings_checks.public_address).verdict == verdict


def test_beside_a_simulator_this_machine_itself_is_address_enough(settings):
    settings.PUBLIC_URL, settings.SIMULATOR_URL = "http://127.0.0.1:8000", "http://127.0.0.1:8010"
    assert look(settings_checks.public_address).verdict == Verdict.PASS


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, Verdict.PASS),
        ({"TWILIO_AUTH_TOKEN": ""}, Verdict.FAIL),
        ({"DEBUG": True}, Verdict.FAIL),
        ({"SECRET_KEY": "short"}, Verdict.WARN),
        ({"TWILIO_AUTH_TOKEN_SECONDARY": "x" * 32}, Verdict.WARN),
    ],
)
def test_secrets_and_switches_are_looked_at_and_never_shown(settings, change, verdict):
    for name, value in {"SECRET_KEY": "k" * 50, **change}.items():
        setattr(settings, name, value)
    finding = look(settings_checks.secrets)
    assert finding.verdict == verdict
    assert settings.TWILIO_AUTH_TOKEN == "" or settings.TWILIO_AUTH_TOKEN not in str(finding)


# --- inside -------------------------------------------------------------------------------------
def test_the_database_answers_and_its_tables_are_of_this_version():
    assert "PostgreSQL" in look(inside.database).seen
    assert look(inside.migrations).verdict == Verdict.PASS


def test_a_broker_that_is_away_is_a_warning_that_calls_go_on(settings, closed_port):
    settings.REDIS_URL = f"redis://127.0.0.1:{closed_port}/0"
    finding = look(inside.broker)
    assert finding.verdict == Verdict.WARN
    assert "Calls go on" in finding.remedy


@pytest.mark.parametrize(
    ("silent", "verdict"), [("", Verdict.PASS), ("switchboard", Verdict.FAIL), ("worker", Verdict.WARN)]
)
def test_a_silent_switchboard_is_broken_and_a_silent_worker_is_not(silent, verdict):
    for name in ("switchboard", "worker", "beat"):
        age = timedelta(seconds=300 if name == silent else 2)
        Heartbeat.objects.create(name=name, at=timezone.now() - age)
    assert look(inside.processes).verdict == verdict


def test_an_instruction_that_waits_for_minutes_is_broken():
    assert look(inside.outbox).verdict == Verdict.PASS
    at = timezone.now() - timedelta(seconds=90)
    call = Call.objects.create(carrier_ref="CA1", arrived_at=at)
    Instruction.objects.create(kind="move", call=call, created_at=at, due_at=at, deadline_at=at + timedelta(hours=1))
    assert look(inside.outbox).verdict == Verdict.FAIL


# --- outside ------------------------------------------------------------------------------------
def test_the_public_address_is_asked_for_our_own_answer(house):
    assert look(outside.reachable).verdict == Verdict.PASS
    house.pages["/healthz"] = (200, "text/html", "<h1>Another site</h1>")
    assert look(outside.reachable).verdict == Verdict.FAIL
    house.pages["/healthz"] = (302, "", "https://elsewhere.example/")
    assert look(outside.reachable).verdict == Verdict.FAIL


def test_a_public_address_that_refuses_is_broken(settings, closed_port):
    settings.PUBLIC_URL = f"http://127.0.0.1:{closed_port}"
    assert look(outside.reachable).verdict == Verdict.FAIL
    assert look(checkup.webhooks).verdict == Verdict.FAIL


def test_a_forged_request_must_be_refused_and_a_signed_one_let_in(house, settings, client):
    def real(request):
        headers = {"X-Twilio-Signature": request["headers"].get("X-Twilio-Signature", "")}
        answer = client.generic(
            "POST", "/twilio/status/", "CheckedBy=doctor", "application/x-www-form-urlencoded", headers=headers
        )
        return answer.status_code, "text/plain", ""

    house.pages["/twilio/status/"] = real
    assert look(checkup.webhooks).verdict == Verdict.PASS
    assert Call.objects.count() == 0
    house.pages["/twilio/status/"] = (200, "text/html", "another site")
    assert "unsigned" in look(checkup.webhooks).seen
    house.pages["/twilio/status/"] = (403, "text/plain", "")
    assert "A signed request" in look(checkup.webhooks).seen


def test_a_certificate_is_warned_of_two_weeks_before_it_ends(settings, monkeypatch):
    settings.PUBLIC_URL = "https://hotline.example.org"
    for days, verdict in ((60, Verdict.PASS), (10, Verdict.WARN), (1, Verdict.FAIL), (-1, Verdict.FAIL)):
        ends = timezone.now() + timedelta(days=days, minutes=5)
        monkeypatch.setattr(outside, "_expiry", lambda host, port, ends=ends: ends)
        assert look(outside.certificate).verdict == verdict
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    assert look(outside.certificate).verdict == Verdict.PASS


@pytest.mark.parametrize(("free", "verdict"), [(50, Verdict.PASS), (1, Verdict.WARN), (0.1, Verdict.FAIL)])
def test_a_disk_that_fills_is_warned_of(monkeypatch, free, verdict):
    room = type("Room", (), {"free": free * 1024**3})
    monkeypatch.setattr(outside.shutil, "disk_usage", lambda path: room)
    assert look(outside.disk).verdict == verdict


def test_mail_that_goes_to_the_log_is_a_warning_and_a_server_that_is_away_is_broken(settings, closed_port):
    assert look(outside.mail).verdict == Verdict.WARN
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port
    assert look(outside.mail).verdict == Verdict.FAIL


# --- the carrier --------------------------------------------------------------------------------
def test_a_carrier_that_was_silent_for_the_switchboard_is_told_of(settings, monkeypatch):
    monkeypatch.setattr(checkup.carrier, "ask", lambda: None)
    assert look(checkup.account).verdict == Verdict.PASS
    outages.keep(timezone.now(), why="ReadTimeout")
    assert look(checkup.account).verdict == Verdict.WARN


def test_a_carrier_that_does_not_answer_is_broken(monkeypatch):
    def silent():
        raise requests.ReadTimeout

    monkeypatch.setattr(checkup.carrier, "ask", silent)
    assert look(checkup.account).verdict == Verdict.FAIL


@pytest.mark.parametrize(("off", "verdict"), [(0.0, Verdict.PASS), (10, Verdict.WARN), (90, Verdict.FAIL)])
def test_a_clock_that_runs_wrong_is_told_against_the_carriers(monkeypatch, off, verdict):
    monkeypatch.setattr(checkup, "_carriers_clock", lambda: off)
    assert look(checkup.clock).verdict == verdict


# --- the command --------------------------------------------------------------------------------
@pytest.fixture
def three(monkeypatch):
    """A doctor with three checks of our own; the last one is as bad as `verdicts` says."""
    found = {"last": good("Well.")}
    rows = [
        Check("first", "First", lambda: good("Fine."), 20),
        Check("disk", "Disk", lambda: good("Room."), 20),
        Check("last", "Last", lambda: found["last"], 20),
    ]
    for module in (checks, "hotline.doctor.views", "hotline.management.commands.doctor"):
        name = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{name}.ALL", tuple(rows))
        monkeypatch.setattr(f"{name}.BY_NAME", {each.name: each for each in rows})
    return found


def doctor(*words):
    out, code = StringIO(), 0
    try:
        call_command("doctor", *words, stdout=out, stderr=out)
    except SystemExit as end:
        code = end.code
    return code, out.getvalue()


def test_the_command_ends_with_one_when_something_is_broken_only(three):
    code, said = doctor()
    assert code == 0 and "PASS  First: Fine." in said
    three["last"] = bad("It burns.", "Put it out.")
    code, said = doctor()
    assert code == 1
    assert "FAIL  Last: It burns.\n      Put it out." in said
    assert CheckResult.objects.get(name="last").verdict == "fail", "the page shows what the command found"


def test_the_command_speaks_json_to_programs(three):
    three["last"] = bad("It burns.", "Put it out.")
    code, said = doctor("--json")
    document = json.loads(said)
    assert code == 1 and document["ok"] is False
    assert [(each["name"], each["verdict"]) for each in document["checks"]] == [
        ("first", "PASS"),
        ("disk", "PASS"),
        ("last", "FAIL"),
    ]
    assert document["checks"][2]["remedy"] == "Put it out."


def test_single_checks_are_asked_for_by_name_and_misspelt_ones_are_refused(three):
    assert doctor("disk")[1].count("PASS") == 1
    code, said = doctor("dsik")
    assert code == 2 and "dsik" in said


def test_every_check_has_a_name_of_its_own_and_a_time_limit():
    assert len(checks.BY_NAME) == len(checks.ALL) >= 12
    assert all(0 < each.seconds <= 10 for each in checks.ALL)


# --- the page -----------------------------------------------------------------------------------
@pytest.fixture
def administrator(client):
    client.force_login(make_user("administrator"))
    return client


@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_the_doctor_is_for_administrators(client, three, role):
    client.force_login(make_user(role))
    assert client.get("/doctor/").status_code == 403
    assert client.post("/doctor/disk/").status_code == 403


def test_the_page_shows_what_was_found_the_last_time_and_asks_nobody(administrator, three):
    page = administrator.get("/doctor/").content.decode()
    assert page.count("Not looked at yet.") == 3
    assert CheckResult.objects.count() == 0
    three["last"] = bad("It burns.", "Put it out.")
    assert administrator.post("/doctor/", follow=True).status_code == 200
    page = administrator.get("/doctor/").content.decode()
    assert "It burns." in page and "Put it out." in page and "broken" in page


def test_with_scripts_each_row_asks_for_itself_so_that_each_comes_when_it_is_known(administrator, three):
    rows = administrator.post("/doctor/", headers={"HX-Request": "true"}).content.decode()
    asked = re.findall(r'hx-post="(/doctor/\w+/)" hx-trigger="load"', rows)
    assert asked == ["/doctor/first/", "/doctor/disk/", "/doctor/last/"]
    assert CheckResult.objects.count() == 0
    row = administrator.post("/doctor/disk/", headers={"HX-Request": "true"}).content.decode()
    assert "Room." in row and 'hx-trigger="load"' not in row
    assert "1 good" in row.partition('id="doctor-summary" hx-swap-oob="true"')[2]  # the head of the page follows
    assert administrator.post("/doctor/nothing/").status_code == 404
