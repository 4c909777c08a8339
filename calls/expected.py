"""How long a waiting caller will wait: from our own last half hour, and so that few wait longer than they were told."""

import math
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from calls.models import Call
from lines.models import Hotline
from operators.models import Operator, Presence

BASIS = timedelta(minutes=30)
WORKING = (Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP)
# Of the normal distribution: four of five lie below the mean and this many deviations.
_FOUR_OF_FIVE = 0.85
_LONG = 600  # seconds from which the announced step is five minutes


def expected_wait(hotline: Hotline, place: int, at: datetime) -> int | None:
    """Seconds that the call at `place` should be told it waits; None while there is nothing to go by. Two queries."""
    handling = handling_time(hotline, at)
    working = Operator.objects.filter(hotlines=hotline, active=True, state__in=WORKING).count()
    return None if handling is None else announced(place, handling, working)


def handling_time(hotline: Hotline, at: datetime) -> float | None:
    """Seconds that a call and its wrap-up take: all talk since half an hour ago, by the number of calls that ended.

    Talk that still lasts counts in the sum. To look at finished calls alone would be to look at the short ones.
    """
    calls = Call.objects.filter(hotline=hotline, answered_at__gte=at - BASIS, training=False)
    calls = calls.filter(Q(direction=Call.Direction.INCOMING) | Q(callback__isnull=False))  # not who is called out to
    until = Coalesce("operator_left_at", "ended_at", at)
    found = calls.aggregate(talk=Sum(until - F("answered_at")), over=Count("ended_at"))
    if not found["over"]:
        return None
    return float(found["talk"].total_seconds() / found["over"]) + hotline.wrap_up_seconds


def announced(place: int, handling: float, working: int) -> int | None:
    """What the call at `place` is told: the time that four of five such calls do not exceed, rounded up.

    With n at work the call at place k waits for k conversations to end, one each handling / n seconds: a sum of k
    exponential times (Erlang), with mean k handling / n and a deviation of mean / √k.
    """
    if working <= 0 or place <= 0:
        return None
    mean = place * handling / working
    seconds = mean * (1 + _FOUR_OF_FIVE / math.sqrt(place))
    step = 60 if seconds <= _LONG else 300
    return step * max(1, math.ceil(seconds / step))
