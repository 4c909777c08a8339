"""Whom a call would ring: the same conditions and order that pick an operator for a real one, asked of everybody."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.agencies import Standing, standing
from calls.eligibility import CONDITIONS, ORDER, WISHES
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
    marks: list[str] = field(default_factory=list)  # the skills with all that they can be asked for as
    agency: str = ""
    standing: Standing | None = None  # the rule of the agency, if it has one for this hotline

    @property
    def can_take(self) -> bool:
        return all(self.holds.values())

    def soon(self, at: datetime, patience: float) -> bool:
        """Whether the agency, if they are of one, may be rung before somebody who calls then has lost patience."""
        return not self.agency or (self.standing is not None and self.standing.soon(at, patience))


# The rules of agencies as they would stand at that moment take the place of the table.
_CANDIDATES = f"""
WITH operators_agencyrule AS (
  SELECT rules.*, %(hotline_id)s::bigint AS hotline_id
    FROM unnest(%(agencies)s::bigint[], %(after)s::int[], %(rings_from)s::timestamptz[], %(rings_until)s::timestamptz[])
         AS rules (agency_id, after_seconds, rings_from, rings_until)
)
SELECT o.id, o.display_name, o.state, o.skills, o.languages, o.skill_marks, o.agency_id,
       (SELECT name FROM operators_agency WHERE id = o.agency_id), {", ".join(CONDITIONS.values())}
  FROM (
    SELECT p.id, p.display_name, p.active, p.hotline_ids, p.skills, p.languages, p.idle_since, p.skill_marks,
           p.agency_id,
           COALESCE(given.state, p.state) AS state,
           CASE WHEN given.state IS NULL THEN p.desk_seen_at END AS desk_seen_at
      FROM operators_operator p
      LEFT JOIN unnest(%(ids)s::bigint[], %(states)s::varchar[]) AS given (id, state) ON given.id = p.id
     WHERE %(hotline_id)s = ANY(p.hotline_ids)
  ) o,
  (SELECT h.id AS hotline_id, %(skills)s::varchar[] AS skills, %(language)s::varchar AS language, 0 AS waited, {WISHES}
     FROM lines_hotline h WHERE h.id = %(hotline_id)s) call
 ORDER BY {ORDER}
"""  # noqa: S608 - constants of our own stand in it


def candidates(question: Question, call: Call) -> list[Candidate]:
    """Everybody who serves the call's hotline, in the order in which they would be rung for it, with what holds of
    each. The call need not be saved."""
    assert call.hotline_id is not None
    states, until = _states(question, call.hotline_id)
    rules = standing(call.hotline_id, question.at)
    values: dict[str, Any] = {
        "hotline_id": call.hotline_id,
        "skills": call.skills,
        "language": call.language,
        "at": question.at,
        "agencies": list(rules),
        "after": [each.after for each in rules.values()],
        "rings_from": [each.rings_from for each in rules.values()],
        "rings_until": [each.rings_until for each in rules.values()],
        "desk_limit": question.at - timedelta(seconds=DESK_GRACE_SECONDS),
        "ids": list(states),
        "states": list(states.values()),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, values)
        rows = cursor.fetchall()
    return [_candidate(row, until, rules) for row in rows]


def _candidate(row: tuple[Any, ...], until: dict[int, datetime], rules: dict[int, Standing]) -> Candidate:
    pk, name, state, skills, languages, marks, agency_id, agency, *held = row
    return Candidate(
        pk, name, state, skills, languages, dict(zip(CONDITIONS, held, strict=True)), until.get(pk), marks,
        agency or "", rules.get(agency_id),
    )  # fmt: skip


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
