"""First come, first served, whoever does the matching and however many do it in one moment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call
from operators.models import Operator
from tests.races.matcher import match
from tests.races.processes import side_by_side
from tests.world import hotline, operator, sid

ROUNDS = 150
PROCESSES = 4
CALLS, OPERATORS = 6, 3


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_nobody_is_passed_over_when_several_processes_match_the_last_operators_at_once():
    _world()
    rounds = _matched()
    assert len(rounds) == ROUNDS
    # Whom a process leaves out because another looks at them, that other one rings.
    first = [True] * OPERATORS + [False] * (CALLS - OPERATORS)
    assert [each for each in rounds if each != first] == []


def _world() -> None:
    line, now = hotline(), timezone.now()
    for _each in range(OPERATORS):
        operator(line, at=now)
    Operator.objects.update(desk_seen_at=None)
    for place in range(CALLS):
        since = now - timedelta(seconds=60 - place)
        Call.objects.create(carrier_ref=sid(), hotline=line, arrived_at=since, queued_at=since, state="waiting")


def _matched() -> list[list[bool]]:
    """Which calls of the line were offered in each round."""
    answers = side_by_side(match, ROUNDS, range(PROCESSES), hands=PROCESSES)
    return next(found for found in answers if found)
