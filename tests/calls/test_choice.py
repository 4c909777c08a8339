"""The choice over plain values and the statement of `matching.py` are the same choice."""

import random
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.choice import Ready, Waiting, Wishes, choose
from calls.matching import assign_one
from calls.models import Call
from operators.models import Agency, AgencyRule, Operator
from operators.skills import marks
from tests.world import hotline, operator, sid

LANGUAGES, SKILLS = ["en", "nb", "fil"], ["water", "bills"]
ASKED = [*SKILLS, "water:3", "bills:2", "water:1"]


def situation(dice: random.Random, lines: list, at) -> None:
    """Calls wait and operators are ready, some with equal times, some with what nobody has."""
    for _ in range(dice.randint(1, 5)):
        Call.objects.create(
            carrier_ref=sid(), hotline=dice.choice(lines), state="waiting", arrived_at=at, caller_kind="withheld",
            queued_at=at - timedelta(seconds=dice.randint(0, 3)), priority=dice.choice([0, 0, 5]),
            skills=dice.sample(ASKED, dice.choice([0, 0, 1])), language=dice.choice(LANGUAGES),
            forwarded_at=dice.choice([None, None, at - timedelta(seconds=1)]),
        )  # fmt: skip
    for _ in range(dice.randint(0, 4)):
        made = operator(
            *dice.sample(lines, dice.randint(1, 2)), at=at,
            skills=dice.sample(SKILLS, dice.randint(0, 2)), languages=dice.sample(LANGUAGES, dice.randint(0, 2)),
            skill_levels=dice.choice([{}, {}, {"water": 1, "bills": 3}, {"water": 3}]),
            agency=dice.choice([None, None, *Agency.objects.all()]),
        )  # fmt: skip
        Operator.objects.filter(pk=made.pk).update(idle_since=at - timedelta(seconds=dice.randint(0, 3)))
        for _ in range(dice.randint(0, 3)):
            Call.objects.create(
                carrier_ref=sid(), hotline=lines[0], state="ended", arrived_at=at, operator=made,
                answered_at=at - timedelta(hours=dice.choice([0, 0, 25])),
            )  # fmt: skip


def wish(dice: random.Random, lines: list, at) -> None:
    """What the hotlines ask for and when agencies may be rung, by chance."""
    for line in lines:
        line.preferred_skills = dice.sample(ASKED, dice.choice([0, 0, 1]))
        line.preference_seconds, line.level_seconds = dice.randint(0, 3), dice.randint(0, 3)
        line.ring_order = dice.choice(["idle", "fewest"])
        line.save()
    AgencyRule.objects.all().delete()
    for agency in Agency.objects.all():
        for line in dice.sample(lines, dice.randint(0, 2)):
            begins = at - timedelta(minutes=dice.choice([-1, 1, 3]))
            AgencyRule.objects.create(
                agency=agency, hotline=line, when="after", after_seconds=dice.randint(0, 3),
                rings_from=begins, rings_until=begins + timedelta(minutes=2),
            )  # fmt: skip


def waiting(call: Call, at) -> Waiting:
    line, since = call.hotline, max(filter(None, [call.queued_at, call.forwarded_at]))
    wishes = Wishes(
        frozenset(line.preferred_skills), line.preference_seconds, line.level_seconds, line.ring_order == "fewest"
    )
    return Waiting(
        call.pk, call.queued_at, call.priority, call.hotline_id, frozenset(call.skills), call.language,
        (at - since).total_seconds(), wishes,
    )  # fmt: skip


def ready(person: Operator, at) -> Ready:
    rules = AgencyRule.objects.filter(agency=person.agency, rings_from__lte=at, rings_until__gt=at)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return Ready(
        person.pk,
        person.idle_since,
        frozenset(person.hotlines.values_list("pk", flat=True)),
        frozenset(person.skills),
        frozenset(person.languages),
        frozenset(marks(person.skills, person.skill_levels)),
        {rule.hotline_id: rule.after_seconds for rule in rules} if person.agency else None,
        Call.objects.filter(operator=person, answered_at__gte=midnight).count(),
    )


def chosen(at) -> tuple | None:
    calls = Call.objects.filter(state="waiting", ringing_until=None).select_related("hotline")
    people = Operator.objects.filter(state="ready", active=True).select_related("agency")
    pair = choose([waiting(each, at) for each in calls], [ready(each, at) for each in people])
    return (pair[0].id, pair[1].id) if pair else None


@pytest.mark.django_db
def test_both_choose_the_same_caller_and_the_same_operator():
    dice, at, pairs = random.Random(7), timezone.now(), 0
    lines = [hotline(), hotline()]
    Agency.objects.bulk_create([Agency(name="Evening"), Agency(name="Night")])
    for _ in range(60):
        Call.objects.all().delete()
        Operator.objects.update(active=False)
        wish(dice, lines, at)
        situation(dice, lines, at)
        while (expected := chosen(at)) is not None:
            assert assign_one(at) == expected
            pairs += 1
        assert assign_one(at) is None
    assert pairs > 20


@pytest.mark.django_db
@pytest.mark.parametrize("levels", [{}, {"water": 1}, {"water": 3, "bills": 2}])
def test_the_database_marks_skills_as_we_do(levels):
    made = operator(hotline(), skills=SKILLS, skill_levels=levels)
    assert set(made.skill_marks) == marks(SKILLS, levels)
    Operator.objects.filter(pk=made.pk).update(skills=["water"])
    made.refresh_from_db()
    assert set(made.skill_marks) == marks(["water"], levels)
