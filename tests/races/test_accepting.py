"""Operators press accept at once, in several processes: exactly one wins (T41).

Four of a call, 200 rounds; eight of a hotline that rings everybody, 100 rounds, whose losers are ready again at their
place in the order.
"""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Instruction, Offer
from calls.services import assign
from operators.models import Operator, Presence, User
from tests.races.presser import press_accept
from tests.races.processes import side_by_side
from tests.world import hotline, operator, sid

ROUNDS = 200
PROCESSES = 4
CROWDED_ROUNDS = 100
CROWD = 8


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_those_who_press_accept_at_once_gets_the_call():
    line = hotline(wrap_up_seconds=0)
    rounds = [_offers(line) for _ in range(ROUNDS)]
    answers = _pressed(rounds, PROCESSES)
    winners = [sum(answers[index][turn] for index in range(PROCESSES)) for turn in range(ROUNDS)]
    assert winners == [1] * ROUNDS
    assert len({answers[index][turn] for turn in range(ROUNDS) for index in range(PROCESSES)}) == 2
    calls = Call.objects.filter(hotline=line)
    assert calls.filter(state="connected").count() == ROUNDS
    assert Offer.objects.filter(state="accepted").values("call").distinct().count() == ROUNDS


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_where_everybody_rings_one_of_eight_wins_and_the_others_keep_their_place():
    idle = _everybody(at=timezone.now())
    rounds = [[str(pk) for pk in call.offers.values_list("pk", flat=True)] for call in Call.objects.all()]
    assert [len(offers) for offers in rounds] == [CROWD] * CROWDED_ROUNDS
    answers = _pressed(rounds, CROWD)
    winners = [sum(answers[index][turn] for index in range(CROWD)) for turn in range(CROWDED_ROUNDS)]
    assert winners == [1] * CROWDED_ROUNDS
    lost = CROWDED_ROUNDS * (CROWD - 1)
    assert Offer.objects.filter(state="accepted").values("call").distinct().count() == CROWDED_ROUNDS
    assert Offer.objects.filter(state="withdrawn", reason="taken").count() == lost
    assert Operator.objects.filter(state=Presence.ON_CALL).count() == CROWDED_ROUNDS
    free = dict(Operator.objects.filter(state=Presence.READY).values_list("pk", "idle_since"))
    assert len(free) == lost
    assert free.items() <= idle.items()
    assert Instruction.objects.filter(kind="hang_up").values("offer").distinct().count() == lost


def _pressed(rounds: list[list[str]], hands: int) -> dict[int, list[bool]]:
    """In each round so many hands, in four processes, press accept on their own offers at the same moment; who won."""
    each = hands // PROCESSES
    parts = [range(first, first + each) for first in range(0, hands, each)]
    return dict(side_by_side(press_accept, rounds, parts, hands=hands))


def _everybody(at: datetime) -> dict[int, datetime]:
    """A call for each round, ringing at eight who alone can take it by the switchboard's own statements; since when
    each operator has been idle."""
    line = hotline(wrap_up_seconds=0, rings_all=True, ring_seconds=600)
    turns = [f"round {turn}" for turn in range(CROWDED_ROUNDS)]
    who = [(turn, f"{turn}, {n}") for turn in turns for n in range(CROWD)]
    users = User.objects.bulk_create(User(username=name, role=User.Role.OPERATOR) for _turn, name in who)
    idle = {name: at - timedelta(seconds=n) for n, (_turn, name) in enumerate(who)}
    people = Operator.objects.bulk_create(
        Operator(
            user=user, display_name=name, identity=name, skills=[turn], state=Presence.READY, idle_since=idle[name]
        )
        for user, (turn, name) in zip(users, who, strict=True)
    )
    serves = Operator.hotlines.through
    serves.objects.bulk_create(serves(operator=each, hotline=line) for each in people)
    Call.objects.bulk_create(
        Call(
            carrier_ref=sid(), hotline=line, state="waiting", arrived_at=at, queued_at=at, caller_kind="withheld",
            skills=[turn],
        )
        for turn in turns
    )  # fmt: skip
    assert assign(at) == len(who)
    return {each.pk: each.idle_since for each in people}


def _offers(line) -> list[str]:
    """A waiting call that rings at several operators at once."""
    at = timezone.now()
    call = Call.objects.create(
        carrier_ref=sid(), hotline=line, state="waiting", arrived_at=at, queued_at=at, caller_kind="withheld"
    )
    offers = []
    for _ in range(PROCESSES):
        one = operator(line, state=Presence.OFFLINE)
        Operator.objects.filter(pk=one.pk).update(state=Presence.RINGING)
        offer = Offer.objects.create(
            call=call, operator=one, device="browser", made_at=at, ring_until=at + timedelta(minutes=5)
        )
        offers.append(str(offer.pk))
    return offers
