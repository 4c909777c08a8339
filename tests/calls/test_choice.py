"""The choice over plain values and the statement of `matching.py` are the same choice."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choice import Ready, Waiting, choose
from calls.matching import assign_one
from calls.models import Call
from operators.models import Operator
from tests.world import hotline, operator, sid

LANGUAGES, SKILLS = ["en", "nb", "fil"], ["water", "bills"]


def situation(dice: random.Random, lines: list, at) -> None:
    """Calls wait and operators are ready, some with equal times, some with what nobody has."""
    for _ in range(dice.randint(1, 5)):
        Call.objects.create(
            carrier_ref=sid(), hotline=dice.choice(lines), state="waiting", arrived_at=at, caller_kind="withheld",
            queued_at=at - timedelta(seconds=dice.randint(0, 3)), priority=dice.choice([0, 0, 5]),
            skills=dice.sample(SKILLS, dice.choice([0, 0, 1])), language=dice.choice(LANGUAGES),
        )  # fmt: skip
    for _ in range(dice.randint(0, 4)):
        made = operator(
            *dice.sample(lines, dice.randint(1, 2)), at=at,
            skills=dice.sample(SKILLS, dice.randint(0, 2)), languages=dice.sample(LANGUAGES, dice.randint(0, 2)),
        )  # fmt: skip
        Operator.objects.filter(pk=made.pk).update(idle_since=at - timedelta(seconds=dice.randint(0, 3)))


def chosen(at) -> tuple | None:
    calls = [
        Waiting(each.pk, each.queued_at, each.priority, each.hotline_id, frozenset(each.skills), each.language)
        for each in Call.objects.filter(state="waiting", ringing_until=None)
    ]
    people = [
        Ready(
            each.pk,
            each.idle_since,
            frozenset(each.hotlines.values_list("pk", flat=True)),
            frozenset(each.skills),
            frozenset(each.languages),
        )
        for each in Operator.objects.filter(state="ready", active=True)
    ]
    pair = choose(calls, people)
    return (pair[0].id, pair[1].id) if pair else None


@pytest.mark.django_db
def test_both_choose_the_same_caller_and_the_same_operator():
    dice, at, pairs = random.Random(7), timezone.now(), 0
    lines = [hotline(), hotline()]
    for _ in range(30):
        Call.objects.all().delete()
        Operator.objects.update(active=False)
        situation(dice, lines, at)
        while (expected := chosen(at)) is not None:
            assert assign_one(at) == expected
            pairs += 1
        assert assign_one(at) is None
    assert pairs > 20
