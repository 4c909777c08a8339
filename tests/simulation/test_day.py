"""A day of callers against the real processes: the register and the carrier tell the same day, whatever goes wrong."""

import pytest
from django.core.management import CommandError, call_command

from hotline.simulation.ground import simulate

pytestmark = pytest.mark.timeout(600)  # processes of its own, on a machine that may be busy
SMALL = {"calls": 25, "calls_per_hour": 60, "operators": 2, "patience": 90, "handling": 150, "voicemail_after": 60}


@pytest.fixture(scope="module")
def day():
    return simulate({**SMALL, "seed": 3, "faults": True, "calls_listed": True})


def test_register_and_carrier_agree_to_the_second_with_faults_on(day):
    assert day["differing"] == [] and set(day["differences"].values()) == {0}
    assert day["agree"] and day["alarms"] == []


def test_such_a_day_has_callers_of_every_kind(day):
    figures = day["register"]
    assert figures["offered"] == day["planned"] == SMALL["calls"]
    assert figures["answered"] + figures["abandoned"] + figures["voicemail"] == SMALL["calls"]
    assert min(figures["answered"], figures["abandoned"], figures["voicemail"]) > 0
    assert figures["busy_seconds"] == pytest.approx(figures["talk_seconds"], abs=0.01)


def test_time_passes_much_faster_than_in_the_world_and_every_webhook_is_made(day):
    assert day["speed"] > 5
    assert day["webhooks"]["count"] > 8 * SMALL["calls"]


def test_nobody_waits_for_the_machine(day):
    """While a free operator picks up at once or later, no caller's wait holds a moment of computing time."""
    waits = [_seconds(row["queued_at"], row["joined_at"]) for row in day["calls"] if row["joined_at"]]
    assert waits and all(wait >= 0 for wait in waits)
    comes = [row["arrived_at"] for row in day["calls"]]
    assert comes == sorted(comes) and len(set(comes)) == len(comes)


def _seconds(one: str, other: str) -> float:
    from datetime import datetime

    return (datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds()


@pytest.mark.parametrize(
    ("words", "says"), [(["--operators", "0"], "--operators"), (["--patience", "-1"], "--patience")]
)
def test_numbers_that_make_no_day_are_refused_in_a_sentence(words, says):
    with pytest.raises(CommandError, match=says):
        call_command("simulate", *words)


def test_the_command_never_opens_the_database_it_was_started_with(monkeypatch):
    """Without `django_db` pytest refuses every query; and what it starts is told another address and another carrier."""
    told = {}

    def run(words, environment):
        told.update(environment)
        raise OSError

    monkeypatch.setenv("TWILIO_API_URL", "https://api.twilio.com")
    monkeypatch.setattr("hotline.simulation.ground._run", run)
    with pytest.raises(OSError):
        call_command("simulate", "--calls", "1")
    import os

    assert told["TWILIO_API_URL"].startswith("http://127.0.0.1:")
    assert told["DATABASE_URL"] != os.environ["DATABASE_URL"]
