"""What would happen to a call: asked of the same statements and functions that route real ones, without writing.

The arrival is decided by `calls.arrival.DECIDE`, the first words by `routing.on_arrival`, whom to ring by the
conditions and the order of `calls.eligibility`, what comes after by `routing.next_step`.
"""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls import routing
from calls.arrival import DECIDE, Arrival, Route, route_of, weighed
from calls.eligibility import CONDITIONS, ORDER
from calls.lifecycle import unanswered
from calls.models import Call
from calls.numbers import classify
from calls.steps import AskConsent, Greet, Say, Step
from lines.hours import Opening
from lines.models import Hotline
from lines.tariffs import Tariff, in_force
from operators.models import Operator, Presence
from operators.presence import DESK_GRACE_SECONDS
from scheduling.models import Break, Shift
from scheduling.queries import on_duty

AS_NOW, ROSTERED, NOBODY, BUSY = "now", "rostered", "nobody", "busy"
_ANY_NUMBER_OF_LINES = 2**31 - 1
_NO_CALL = uuid.UUID(int=0)


@dataclass(frozen=True)
class Question:
    """A call that might come. `caller` is "" when withheld; `language` is "" for the hotline's own."""

    dialled: str
    at: datetime
    caller: str = ""
    language: str = ""
    roster: str = AS_NOW
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


@dataclass(frozen=True)
class Foretold:
    """The way of the call: how it is decided on, what the caller meets first, whom it rings, what comes after.

    `route` is None for a number that leads nowhere. `rung` are those who would be rung, in order; `others` could not
    be. `nobody` says that no one is signed on, so that the caller leaves the queue at once, to `unanswered`.
    """

    question: Question
    first: Step
    route: Route | None = None
    hotline: Hotline | None = None
    opening: Opening | None = None
    refused: str = "unknown"
    gated: bool = False
    live: int = 0
    tariff: Tariff | None = None
    greeting: Greet | None = None
    recording: Say | None = None
    ahead: int = 0
    rung: list[Candidate] = field(default_factory=list)
    others: list[Candidate] = field(default_factory=list)
    nobody: bool = False
    unanswered: Step | None = None


_DECIDED = f"WITH {DECIDE} SELECT refused, gated, (SELECT live FROM used) FROM decided"  # noqa: S608 - a constant


def foretell(question: Question) -> Foretold:
    """What would happen. A handful of queries, none of which writes."""
    route = route_of(question.dialled)
    if route is None:
        return Foretold(question, routing.on_arrival(Arrival(_NO_CALL, "unknown", None)))
    route = replace(route, language=question.language or route.language)
    opening = route.timetable.at(question.at)
    refused, gated, live = _decide(question, route, opening)
    tariff = in_force(route.tariffs, question.at)
    arrival = Arrival(
        _NO_CALL, refused, route, closed_message=opening.message, gated=gated and not refused, tariff=tariff
    )
    told = Foretold(
        question, routing.on_arrival(arrival), route, Hotline.objects.get(pk=route.hotline_id), opening, refused,
        arrival.gated, live, tariff,
    )  # fmt: skip
    return told if refused else _in_the_queue(told, replace(arrival, gated=False))


def _decide(question: Question, route: Route, opening: Opening) -> tuple[str, bool, int]:
    """What the arriving statement would decide: why refused, whether gated; and how many lines are taken."""
    values = weighed(route, question.at, opening) | {"caller": classify(question.caller)[1]}
    if not question.is_now:
        values["lines"] = _ANY_NUMBER_OF_LINES
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, values)
        refused, gated, live = cursor.fetchone()
    return refused, gated, live


def _in_the_queue(told: Foretold, arrival: Arrival) -> Foretold:
    assert told.route is not None and told.hotline is not None
    greeting, recording = routing.on_arrival(arrival), None
    if isinstance(greeting, AskConsent):
        greeting, recording = greeting.greeting, greeting.words
    assert isinstance(greeting, Greet)
    found = candidates(told.question, told.route)
    present = any(each.holds["active"] and each.state in routing.PRESENT for each in found)
    return replace(
        told,
        greeting=greeting,
        recording=recording,
        ahead=_ahead(told.hotline) if told.question.is_now else 0,
        rung=[each for each in found if each.can_take],
        others=[each for each in found if not each.can_take],
        nobody=not present,
        unanswered=_unanswered(told),
    )


def _unanswered(told: Foretold) -> Step:
    """What a caller meets whom nobody answers."""
    assert told.route is not None
    left = Call(
        hotline=told.hotline, language=told.route.language, state=Call.State.VOICEMAIL, arrived_at=told.question.at,
        refused=unanswered(told.hotline),
    )  # fmt: skip
    return routing.next_step(left, told.question.at)


def _ahead(hotline: Hotline) -> int:
    """How many wait already and would be before a caller who comes now."""
    return Call.objects.filter(state=Call.State.WAITING, hotline=hotline, priority__gte=hotline.priority).count()


# --- who would be rung
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


def candidates(question: Question, route: Route) -> list[Candidate]:
    """Everybody who serves the hotline, in the order in which they would be rung, with what holds of each."""
    states, until = _states(question, route.hotline_id)
    values: dict[str, Any] = {
        "hotline_id": route.hotline_id,
        "skills": list(route.skills),
        "language": route.language,
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
