"""How long a waiting caller will wait: from our own last half hour, and so that few wait longer than they were told."""

import math
from datetime import datetime, timedelta

from hotline.core.prepared import Prepared
from lines.models import Hotline
from operators.models import Presence

BASIS = timedelta(minutes=30)
WORKING = (Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP)
# Of the normal distribution: four of five lie below the mean and this many deviations.
_FOUR_OF_FIVE = 0.85
_LONG = 600  # seconds from which the announced step is five minutes

# What a hotline's expected wait rests on, in parts of statements that name the `hotline` and the moment, `at`.
AT_WORK = f"""SELECT count(*) FROM operators_operator w WHERE %(hotline)s = ANY(w.hotline_ids) AND w.active
  AND w.state IN ({", ".join(f"'{state}'" for state in WORKING)})"""  # noqa: S608 - constants of ours
# Talk since half an hour ago, and how many of those calls ended; not of calls out to people who asked for none.
TALK = f"""SELECT extract(epoch FROM sum(COALESCE(t.operator_left_at, t.ended_at, %(at)s) - t.answered_at)) AS seconds,
       count(t.ended_at) AS ended
  FROM calls_call t
 WHERE t.hotline_id = %(hotline)s AND t.answered_at >= %(at)s - interval '{BASIS.seconds} seconds' AND NOT t.training
   AND (t.direction = 'incoming' OR t.callback_id IS NOT NULL)"""  # noqa: S608 - a constant of ours
_EXPECTED = Prepared(
    "how_long_a_line_is_expected_to_take",
    f"SELECT ({AT_WORK}), talk.seconds, talk.ended FROM ({TALK}) talk",  # noqa: S608 - as above
    {"hotline": "bigint", "at": "timestamptz"},
)


def expected_wait(hotline: Hotline, place: int, at: datetime) -> int | None:
    """Seconds that the call at `place` should be told it waits; None while there is nothing to go by. One query."""
    working, talk, ended = _EXPECTED.rows({"hotline": hotline.pk, "at": at})[0]
    seconds = handling(hotline, talk, ended)
    return None if seconds is None else announced(place, seconds, working)


def handling_time(hotline: Hotline, at: datetime) -> float | None:
    """Seconds that a call and its wrap-up take: all talk since half an hour ago, by the number of calls that ended.

    Talk that still lasts counts in the sum. To look at finished calls alone would be to look at the short ones.
    """
    _working, talk, ended = _EXPECTED.rows({"hotline": hotline.pk, "at": at})[0]
    return handling(hotline, talk, ended)


def handling(hotline: Hotline, talk: float | None, ended: int) -> float | None:
    """The same, from the seconds of talk and how many of those calls ended; None where none did."""
    return float(talk or 0) / ended + hotline.wrap_up_seconds if ended else None


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
