"""Machines can ask whether the system is there, ready for calls, and how much it has to do."""

from datetime import timedelta
from unittest import mock

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from calls.models import Call, Instruction
from hotline.celery import app
from hotline.core.models import Heartbeat
from telephony import outages
from telephony.models import Outage

pytestmark = pytest.mark.django_db
PARTS = ["switchboard", "worker", "beat"]


@pytest.fixture
def all_alive():
    for name in PARTS:
        Heartbeat.objects.create(name=name, at=timezone.now())


def an_instruction(*, seconds_old: int) -> Instruction:
    at = timezone.now() - timedelta(seconds=seconds_old)
    call = Call.objects.create(carrier_ref=f"CA{seconds_old}", arrived_at=at, queued_at=at, state=Call.State.WAITING)
    return Instruction.objects.create(
        kind=Instruction.Kind.MOVE, call=call, created_at=at, due_at=at, deadline_at=at + timedelta(hours=1)
    )


def test_the_process_answers_without_asking_the_database(client):
    with mock.patch.object(connection, "cursor", side_effect=DatabaseError):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_when_every_part_gave_a_sign_of_life(client, all_alive):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    parts = answer.json()["parts"]
    assert set(parts) == {"database", "oldest_instruction", "carrier", *PARTS}
    assert all(part["ok"] for part in parts.values())


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_stopped_is_red_within_two_minutes_and_alone(client, all_alive, name):
    Heartbeat.objects.filter(name=name).update(at=timezone.now() - timedelta(seconds=119))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert [each for each in parts if not parts[each]["ok"]] == [name]
    assert parts[name]["age_seconds"] == pytest.approx(119, abs=2)


def test_a_part_that_never_lived_is_red(client):
    parts = client.get("/readyz").json()["parts"]
    assert {name: parts[name] for name in PARTS} == {name: {"ok": False, "age_seconds": None} for name in PARTS}


def test_an_instruction_that_nobody_carries_out_is_red(client, all_alive):
    an_instruction(seconds_old=20)
    assert client.get("/readyz").status_code == 200
    an_instruction(seconds_old=90)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["oldest_instruction"]["age_seconds"] == pytest.approx(90, abs=2)


def test_a_carrier_that_does_not_answer_is_said_while_a_switchboard_sees_it(client, all_alive):
    at = timezone.now()
    outages.keep(at - timedelta(seconds=30), why="Timeout")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["carrier"]["says"] == "the telephone provider does not answer"
    outages.end(at)
    assert client.get("/readyz").status_code == 200


def test_an_outage_whose_switchboard_died_is_not_believed_for_ever(client, all_alive):
    at = timezone.now()
    outages.keep(at - timedelta(seconds=90), why="Timeout")
    assert client.get("/readyz").status_code == 200
    outages.end_forgotten(at)
    (kept,) = Outage.objects.all()
    assert kept.ended_at == kept.seen_at


def test_without_the_database_the_answer_says_so(client):
    with mock.patch("hotline.health.connection.cursor", side_effect=DatabaseError):
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == {"ok": False}


def test_the_numbers_name_states_and_never_people(client, all_alive):
    an_instruction(seconds_old=30)
    Call.objects.update(caller_number="+4798765432")
    text = client.get("/metrics").content.decode()
    assert 'hotline_calls_live{hotline="none",state="waiting"} 1.0' in text
    assert 'hotline_heartbeat_age_seconds{part="switchboard"}' in text
    age = next(line for line in text.splitlines() if line.startswith("hotline_oldest_instruction_age_seconds"))
    assert float(age.split()[1]) == pytest.approx(30, abs=2)
    assert "98765432" not in text


def test_with_a_token_set_the_numbers_are_for_who_brings_it(client, settings):
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer s3cret"}).status_code == 200


def test_every_planned_task_exists():
    app.loader.import_default_modules()
    planned = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert planned <= set(app.tasks)


def test_a_task_done_is_the_workers_sign_of_life():
    app.loader.import_default_modules()
    app.tasks["hotline.core.tasks.worker_is_alive"].run()
    assert Heartbeat.objects.filter(name="worker").exists()
