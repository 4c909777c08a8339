"""Many who call out at once at the limit of a day: no more than one goes beyond it (T73)."""

import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from calls import outward
from calls.models import Call, OutwardRule
from tests.world import hotline, number_of, sid

THREADS, ROUNDS = 6, 10


@pytest.mark.django_db(transaction=True)
def test_of_those_who_dial_at_once_at_the_limit_one_goes_beyond_it():
    at = timezone.now()
    for _ in range(ROUNDS):
        line = hotline(country="NO")
        OutwardRule.objects.create(hotline=line, daily_minutes=1)
        barrier, dialled = threading.Barrier(THREADS), []
        dialler = [threading.Thread(target=_dial, args=(line, at, barrier, dialled)) for _ in range(THREADS)]
        for each in dialler:
            each.start()
        for each in dialler:
            each.join(20)
        assert len(dialled) == THREADS and sum(dialled) == 1
        assert Call.objects.filter(hotline=line).count() == 1


def _dial(line, at, barrier, dialled):
    try:
        barrier.wait(10)
        with transaction.atomic():
            number = outward.may_dial(line, "+4791234567", at)
            Call.objects.create(
                carrier_ref=sid(), hotline=line, dialled=number_of(line), caller_number=number, direction="outgoing",
                arrived_at=at,
            )  # fmt: skip
        dialled.append(True)
    except outward.Spent:
        dialled.append(False)
    finally:
        connection.close()
