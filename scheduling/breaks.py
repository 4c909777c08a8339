"""Breaks as they are taken: a planned break begins by itself after the call in hand, and ends with a reminder.

The switchboard asks every second; while nothing is due each question is one query on a partial index. Every step is a
conditional UPDATE, so any number of switchboards may ask at once, and a step lost in a crash is made at the next.
"""

from datetime import datetime, timedelta

from django.db import transaction

from hotline.core.live import announce
from operators import presence
from operators.models import Operator, Presence, PresenceChange
from scheduling import queries
from scheduling.models import Break

PAUSE = {Break.Kind.LUNCH: Presence.LUNCH, Break.Kind.SHORT: Presence.BREAK}
PAUSING = frozenset(PAUSE.values())
ENGAGED = frozenset({*presence.BUSY, Presence.WRAP_UP})
EARLY = timedelta(minutes=30)  # a break begun by hand this long before its time is the planned one


def begin_due_breaks(at: datetime) -> int:
    """Send whoever is ready to the break that is due; whoever is on a call goes after it. How many breaks began.

    Somebody who pauses already is taking it; one whose time passed while the operator was ready or away, or whose
    shift is over, was not taken.
    """
    due = list(queries.owed(at))
    if not due:
        return 0
    occupied = {row.shift.operator_id for row in queries.being_taken(row.shift.operator_id for row in due)}
    began, lapsed = 0, []
    for row in due:
        operator = row.shift.operator
        if row.shift.ends_at <= at or _passed_by(row, at, occupied):
            lapsed.append(row.pk)
        elif operator.pk not in occupied and _begin(row, at):
            occupied.add(operator.pk)
            began += 1
    if lapsed:
        Break.objects.filter(pk__in=lapsed, begun_at=None, finished_at=None).update(finished_at=at)
    return began


def _passed_by(row: Break, at: datetime, occupied: set[int]) -> bool:
    """Whether the time of a break is over and nothing will make it begin."""
    if row.ends_at > at or row.shift.operator.state in ENGAGED:
        return False
    return row.shift.operator.state not in PAUSING or row.shift.operator_id in occupied


def _begin(row: Break, at: datetime) -> bool:
    operator, pause = row.shift.operator, PAUSE[Break.Kind(row.kind)]
    if operator.state in PAUSING:
        since = operator.state_since
        return _mark_begun(row, since if since >= row.starts_at - EARLY else row.starts_at)
    if operator.state in ENGAGED:
        presence.keep_next(operator.pk, pause)
        return False
    if operator.state not in presence.IDLE:
        return False
    with transaction.atomic():
        gone = presence.change(operator.pk, pause, at=at, cause=presence.Cause.BREAK_DUE, from_states=presence.IDLE)
        return gone and _mark_begun(row, at)


def _mark_begun(row: Break, begun_at: datetime) -> bool:
    marked = Break.objects.filter(pk=row.pk, begun_at=None, finished_at=None).update(begun_at=begun_at)
    if marked:
        announce(f"operator:{row.shift.operator_id}", "board")
    return marked == 1


def remind_break_ends(at: datetime) -> int:
    """Remind once of each break whose time is up, and close the books on those that are over. How many reminders."""
    reminded = 0
    for row in queries.being_taken():
        if row.shift.operator.state not in PAUSING:
            end_break_taken(row.shift.operator_id, at=_came_back(row, row.shift.operator, at))
        elif row.reminded_at is None and row.ends_due_at <= at:
            first = Break.objects.filter(pk=row.pk, reminded_at=None).update(reminded_at=at)
            if first:
                announce(f"operator:{row.shift.operator_id}", "board")
            reminded += first
    return reminded


def end_break_taken(operator_id: int, *, at: datetime) -> bool:
    """Note that an operator is back from the break they were taking. True if this call noted it."""
    taken = Break.objects.filter(shift__operator_id=operator_id, begun_at__lte=at, finished_at=None)
    done = taken.update(finished_at=at) > 0
    if done:
        announce(f"operator:{operator_id}", "board")
    return done


def _came_back(row: Break, operator: Operator, at: datetime) -> datetime:
    """When the operator left the pause, as the log of presence has it."""
    left = PresenceChange.objects.filter(operator=operator, at__gte=row.begun_at, from_state__in=PAUSING)
    moment = left.exclude(to_state__in=PAUSING).order_by("at").values_list("at", flat=True).first()
    return max(row.begun_at or at, min(moment or operator.state_since, at))
