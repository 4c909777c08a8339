"""Whom a call would ring: the same conditions and order that pick an operator for a real one, asked of everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.eligibility import CONDITIONS, ORDER
from calls.models import Call
from operators.models import Operator, Presence
from operators.presence import DESK_GRACE_SECONDS
from scheduling.models import Break, Shift
from scheduling.queries import on_duty

AS_NOW, ROSTERED, NOBODY, BUSY = "now", "rostered", "nobody", "busy"


@dataclass(frozen=True)
class Question:
    """A call that might come. `caller` is "" when withheld; `language` is "" for the hotline's own."""

    dialled: str
    at: datetime
    caller: str = ""
    language: str = ""
    roster: str = AS_NOW
    keys: tuple[str, ...] = ()  # pressed in the menus of a call plan; nothing after them
    is_now: bool = True  # another moment: who is on the line then is not known, so a line is taken to be free


@dataclass(frozen=True)
class Candidate:
    """An operator who serves the hotline, and which conditions of being rung hold; `until`, when a break ends."""

    pk: int
    name: str
    state: str
    skills: list[str]
    languages: list[str]
    holds: dict[str, bool]
    until: datetime | None = None

    @property
    def can_take(self) -> bool:
        return all(self.holds.values())


_CANDIDATES = f"""
SELECT o.id, o.display_name, o.state, o.skills, o.languages, {", ".join(CONDITIONS.values())}
  FROM (
    SELECT p.id, p.display_name, p.active, p.hotline_ids, p.skills, p.languages, p.idle_since,
           COALESCE(given.state, p.state) AS state,
           CASE WHEN given.state IS NULL THEN p.desk_seen_at END AS desk_seen_at
      FROM operators_operator p
      LEFT JOIN unnest(%(ids)s::bigint[], %(states)s::varchar[]) AS given (id, state) ON given.id = p.id
     WHERE %(hotline_id)s = ANY(p.hotline_ids)
  ) o,
  (SELECT %(hotline_id)s::bigint AS hotline_id, %(skills)s::varchar[] AS skills, %(language)s::varchar AS language) call
 ORDER BY {ORDER}
"""  # noqa: S608 - constants of our own stand in it


def candidates(question: Question, call: Call) -> list[Candidate]:
    """Everybody who serves the call's hotline, in the order in which they would be rung for it, with what holds of
    each. The call need not be saved."""
    assert call.hotline_id is not None
    states, until = _states(question, call.hotline_id)
    values: dict[str, Any] = {
        "hotline_id": call.hotline_id,
        "skills": call.skills,
        "language": call.language,
        "desk_limit": question.at - timedelta(seconds=DESK_GRACE_SECONDS),
        "ids": list(states),
        "states": list(states.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, values)
        rows = cursor.fetchall()
    return [_candidate(row, until) for row in rows]


def _candidate(row: tuple[Any, ...], until: dict[int, datetime]) -> Candidate:
    pk, name, state, skills, languages, *held = row
    holds = dict(zip(CONDITIONS, held, strict=True))
    return Candidate(pk, name, state, skills, languages, holds=holds, until=until.get(pk))


def _states(question: Question, hotline_id: int) -> tuple[dict[int, str], dict[int, datetime]]:
    """What is supposed of the operators' states, and when breaks end; nothing where they are taken as they are."""
    if question.roster == AS_NOW:
        return {}, _breaks(hotline_id, question.at)
    serving = list(Operator.objects.filter(hotlines=hotline_id).values_list("pk", flat=True))
    if question.roster == NOBODY:
        return dict.fromkeys(serving, str(Presence.OFFLINE)), {}
    if question.roster == BUSY:
        return dict.fromkeys(serving, str(Presence.ON_CALL)), {}
    return _rostered(serving, question.at), _breaks(hotline_id, question.at)


def _rostered(serving: list[int], at: datetime) -> dict[int, str]:
    """Ready whoever is on duty, on a break whoever pauses within a shift, offline whoever has none."""
    working = set(on_duty(at).filter(pk__in=serving).values_list("pk", flat=True))
    in_shift = Shift.objects.filter(operator__in=serving, starts_at__lte=at, ends_at__gt=at)
    pausing = set(in_shift.values_list("operator_id", flat=True)) - working
    return {
        pk: str(Presence.READY if pk in working else Presence.BREAK if pk in pausing else Presence.OFFLINE)
        for pk in serving
    }


def _breaks(hotline_id: int, at: datetime) -> dict[int, datetime]:
    """When the breaks of that moment end, by operator."""
    rows = Break.objects.filter(shift__operator__hotlines=hotline_id, starts_at__lte=at, finished_at=None)
    ends = {row.shift.operator_id: row.ends_due_at for row in rows.select_related("shift")}
    return {pk: moment for pk, moment in ends.items() if moment > at}
