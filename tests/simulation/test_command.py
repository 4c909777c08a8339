"""What `manage.py simulate` prints, and when it ends with an error."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from hotline.simulation.ground import Failed

FIGURES = {
    "offered": 20, "answered": 15, "abandoned": 3, "voicemail": 2, "mean_wait": 12.5, "service_level": 0.7,
    "talk_seconds": 2700.0, "busy_seconds": 2700.0,
}  # fmt: skip


def told(**changed) -> dict:
    """A day on which both sides agree, but for what is `changed`."""
    return {
        "seed": 1, "planned": 20, "hours": 1.0, "seconds": 9.0, "speed": 400.0, "webhooks": {"p50": 5.0, "p99": 30.0},
        "register": FIGURES, "carrier": FIGURES, "differences": dict.fromkeys(FIGURES, 0), "differing": [],
        "alarms": [], "mended": 1, "agree": True, **changed,
    }  # fmt: skip


@pytest.fixture
def day(monkeypatch):
    """What the next simulated day tells."""
    result: list = [told()]

    def simulate(wish):
        if isinstance(result[0], Exception):
            raise result[0]
        return {**result[0], "seed": wish["seed"]}

    monkeypatch.setattr("hotline.management.commands.simulate.simulate", simulate)
    return result


def run(*words) -> str:
    out = StringIO()
    call_command("simulate", *words, stdout=out)
    return out.getvalue()


def test_both_sides_stand_beside_each_other(day):
    printed = run("--seed", "4", "5")
    assert "seed 4: 20 callers in 1.0 hours" in printed and "seed 5" in printed
    assert "400 times the world's speed" in printed
    row = next(line for line in printed.splitlines() if line.startswith("answered"))
    assert row.split() == ["answered", "15", "15", "0"]


def test_as_json_each_day_is_a_line(day):
    assert [json.loads(line)["seed"] for line in run("--json", "--seed", "1", "2").splitlines()] == [1, 2]


@pytest.mark.parametrize(
    "changed", [{"agree": False, "differing": ["CA1 waited 10 s, 11 s"]}, {"alarms": ["web.log: ERROR it broke"]}]
)
def test_a_difference_or_an_alarm_is_named_and_is_an_error(day, changed):
    day[0] = told(**changed)
    out = StringIO()
    with pytest.raises(CommandError, match="do not tell the same day"):
        call_command("simulate", stdout=out)
    assert (changed.get("differing") or changed["alarms"])[0] in out.getvalue()


def test_a_day_that_does_not_end_says_what_the_processes_said(day):
    day[0] = Failed("time stands still")
    with pytest.raises(CommandError, match="time stands still"):
        run()
