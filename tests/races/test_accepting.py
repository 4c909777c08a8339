"""Two operators press accept at once, 200 rounds in several processes: exactly one wins (T41)."""

import multiprocessing
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from calls.models import Call, Offer
from operators.models import Operator, Presence
from tests.races.presser import press_accept
from tests.world import hotline, operator, sid

ROUNDS = 200
PROCESSES = 4


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_those_who_press_accept_at_once_gets_the_call():
    line = hotline(wrap_up_seconds=0)
    rounds = [_offers(line) for _ in range(ROUNDS)]
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(PROCESSES), context.Queue()
    database = {
        name: connection.settings_dict[name] for name in ("NAME", "HOST", "USER", "PASSWORD", "PORT", "OPTIONS")
    }
    children = [
        context.Process(target=press_accept, args=(database, barrier, rounds, index, results))
        for index in range(PROCESSES)
    ]
    for child in children:
        child.start()
    answers = dict(results.get(timeout=100) for _ in children)
    for child in children:
        child.join()
    winners = [sum(answers[index][turn] for index in range(PROCESSES)) for turn in range(ROUNDS)]
    assert winners == [1] * ROUNDS
    assert len({answers[index][turn] for turn in range(ROUNDS) for index in range(PROCESSES)}) == 2
    calls = Call.objects.filter(hotline=line)
    assert calls.filter(state="connected").count() == ROUNDS
    assert Offer.objects.filter(state="accepted").values("call").distinct().count() == ROUNDS


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
