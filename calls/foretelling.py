"""What would happen to a call: asked of the same statements and functions that route real ones, without writing.

The arrival is decided by `calls.arrival.DECIDE`, the first words by `routing.on_arrival`, the way through a call plan
by the functions of `calls.plans`, whom to ring by the conditions and the order of `calls.eligibility`, what comes after
by `routing.next_step`.
"""

import uuid
from dataclasses import dataclass, field, replace

from django.db import connection

from calls import routing
from calls.arrival import DECIDE, Arrival, Route, route_of, weighed
from calls.foretold_people import AS_NOW, BUSY, NOBODY, ROSTERED, Candidate, Question, candidates
from calls.foretold_way import Event, Over, Queued, Rung, Way
from calls.in_line import PRESENT
from calls.models import Call
from calls.numbers import classify
from calls.plans import running
from calls.plans.known import plan_of
from calls.steps import AskConsent, Greet, Say, Step
from lines.hours import Opening
from lines.models import Hotline
from lines.tariffs import Tariff, in_force

__all__ = ["AS_NOW", "BUSY", "NOBODY", "ROSTERED", "Candidate", "Foretold", "Question", "foretell"]
_ANY_NUMBER_OF_LINES = 2**31 - 1
_NO_CALL = uuid.UUID(int=0)


@dataclass(frozen=True)
class Foretold:
    """The way of the call: how it is decided on, what the caller meets first, and what after that.

    `route` is None for a number that leads nowhere. `kept` is the reason on which a call plan goes on with a caller who
    would be turned away without it. `greeting` and its price are the hotline's usual ones, `met` is what the caller
    meets behind the gate; `way` is all that comes then.
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
    kept: str = ""
    greeting: Greet | None = None
    recording: Say | None = None
    met: Step | None = None
    way: list[Event] = field(default_factory=list)

    @property
    def by_menus(self) -> bool:
        """Whether a call plan speaks in the place of the greeting."""
        return self.route is not None and self.route.plan is not None and bool(plan_of(self.route.plan).steps)

    @property
    def queued(self) -> Queued | None:
        """The last queue on the way."""
        return next((each for each in reversed(self.way) if isinstance(each, Queued)), None)

    @property
    def rung(self) -> list[Candidate]:
        return self.queued.rung if self.queued else []

    @property
    def nobody(self) -> bool:
        return self.queued is not None and self.queued.nobody

    @property
    def ahead(self) -> int:
        return self.queued.ahead if self.queued else 0

    @property
    def unanswered(self) -> Step | None:
        """What a caller meets whom nobody answers; None where the way goes on in another hotline then."""
        return self.way[-1].step if self.way and isinstance(self.way[-1], Over) else None


_DECIDED = f"WITH {DECIDE} SELECT refused, gated, (SELECT live FROM used) FROM decided"  # noqa: S608 - a constant


def foretell(question: Question) -> Foretold:
    """What would happen. A handful of queries, none of which writes."""
    route = route_of(question.dialled)
    if route is None:
        return Foretold(question, routing.on_arrival(Arrival(_NO_CALL, "unknown", None)))
    route = replace(route, language=question.language or route.language)
    opening = route.timetable.at(question.at)
    decided, gated, live = _decide(question, route, opening)
    kept = decided if decided in route.keeps else ""
    refused = "" if kept else decided
    tariff = in_force(route.tariffs, question.at)
    arrival = Arrival(
        _NO_CALL, refused, route, closed_message=opening.message, gated=gated and not decided, tariff=tariff
    )
    told = Foretold(
        question, routing.on_arrival(arrival), route, Hotline.objects.get(pk=route.hotline_id), opening, refused,
        arrival.gated, live, tariff, kept,
    )  # fmt: skip
    if kept:
        told = _kept(told)
    return told if refused or kept else _let_in(told, replace(arrival, gated=False))


def _decide(question: Question, route: Route, opening: Opening) -> tuple[str, bool, int]:
    """What the arriving statement would decide: why refused, whether gated; and how many lines are taken."""
    values = weighed(route, question.at, opening) | {"caller": classify(question.caller)[1]}
    if not question.is_now:
        values["lines"] = _ANY_NUMBER_OF_LINES
    with connection.cursor() as cursor:
        cursor.execute(_DECIDED, values)
        refused, gated, live = cursor.fetchone()
    return refused, gated, live


def _kept(told: Foretold) -> Foretold:
    """What the plan does with a caller who comes while it is closed or full."""
    call = _call(told)
    way = Way(call, told.question.at, lambda call: _joins(told, call)).kept(told.kept)
    told = replace(told, way=way)
    joined = next((each.meets for each in way if isinstance(each, Queued)), None)
    rung = next((each.step for each in way if isinstance(each, Rung)), None)
    return replace(told, first=joined or rung or told.unanswered or told.first)


def _let_in(told: Foretold, arrival: Arrival) -> Foretold:
    """What a caller meets who was not turned away, once the gate is passed."""
    assert arrival.route is not None
    greeting, asked = routing.on_arrival(replace(arrival, route=replace(arrival.route, plan=None))), None
    if isinstance(greeting, AskConsent):
        greeting, asked = greeting.greeting, greeting.words
    assert isinstance(greeting, Greet)
    way = Way(_call(told), told.question.at, lambda call: _joins(told, call))
    return replace(
        told, greeting=greeting, recording=asked, met=routing.on_arrival(arrival), way=way.followed(told.question.keys)
    )


def _call(told: Foretold) -> Call:
    """The call as it would be written. It never is."""
    assert told.route is not None and told.hotline is not None
    return Call(
        hotline=told.hotline, language=told.route.language, skills=list(told.route.skills), tariff=told.tariff,
        priority=told.route.priority, plan_id=told.route.plan, arrived_at=told.question.at,
    )  # fmt: skip


def _joins(told: Foretold, call: Call) -> Queued:
    """What a call meets in the queue that it joins."""
    assert call.hotline is not None
    sent_here = call.forwarded_at is not None and call.queued_at is None
    meets = routing.next_step(call, told.question.at) if sent_here else None
    call.queued_at = told.question.at
    found = candidates(told.question, call)
    waits = routing.wait_step(call, call.hotline, told.question.at)
    patience = running.patience(call, call.hotline)
    return Queued(
        call.hotline, call.language, call.skills, call.priority,
        topic=str(call.topic) if call.topic else "",
        ahead=waits.position - 1 if told.question.is_now else 0,
        rung=[each for each in found if each.can_take],
        others=[each for each in found if not each.can_take],
        nobody=not any(
            each.holds["active"] and each.state in PRESENT and each.soon(told.question.at, patience)
            for each in found
        ),
        waits=waits,
        meets=meets,
        planned=told.by_menus or call.forwarded_at is not None,
    )  # fmt: skip
