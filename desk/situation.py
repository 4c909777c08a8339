"""What an operator's desk shows at a moment: gathered in one place, so that page and fragments cannot disagree."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from calls import numbers, queries
from calls.models import Call, Note, Topic
from calls.queries import Current
from knowledge import scripts
from operators.models import Operator, Presence
from scheduling import queries as scheduling
from scheduling.models import Break, Shift

HISTORY_LENGTH = 5
FIRST_TOPICS = 6


@dataclass(frozen=True)
class Words:
    """What the operator says in this call, with the names filled in."""

    greeting: str
    steps: list[str]
    closing: str


@dataclass(frozen=True)
class Situation:
    """One operator's desk at `at`."""

    operator: Operator
    at: datetime
    current: Current | None
    words: Words | None
    shift: Shift | None
    breaks: list[Break]
    next_break: Break | None
    break_in_hand: Break | None
    history: list[Call] = field(default_factory=list)
    calls_before: int = 0

    @property
    def phase(self) -> str:
        """ "idle", "ringing", "live" or "wrap_up"."""
        return self.current.phase if self.current else "idle"

    @property
    def call(self) -> Call | None:
        return self.current.call if self.current else None

    @property
    def work(self) -> Call | None:
        """The call whose note is being written: live or in wrap-up, not while it rings."""
        return self.call if self.phase in ("live", "wrap_up") else None

    @property
    def missed(self) -> bool:
        return self.operator.state in (Presence.MISSED, Presence.DISCONNECTED)

    @property
    def wrap_up_until(self) -> datetime | None:
        """When the wrap-up ends by itself, unless somebody types."""
        if self.phase != "wrap_up" or self.call is None or self.call.hotline is None:
            return None
        return self.operator.state_since + timedelta(seconds=self.call.hotline.wrap_up_seconds)

    @property
    def break_ends_at(self) -> datetime | None:
        taken = self.break_in_hand
        if taken is None or taken.begun_at is None:
            return None
        return taken.begun_at + (taken.ends_at - taken.starts_at)


def situation(operator: Operator, at: datetime) -> Situation:
    """Read the desk of an operator. The operator's row is read anew: presence changes all the time."""
    operator = Operator.objects.get(pk=operator.pk)
    current = queries.current(operator.pk)
    shift = scheduling.shift_at(operator.pk, at)
    call = current.call if current else None
    history = list(_calls_of_the_same_caller(call)[: HISTORY_LENGTH + 1]) if call else []
    return Situation(
        operator=operator,
        at=at,
        current=current,
        words=words(call, operator, at) if call else None,
        shift=shift,
        breaks=list(shift.breaks.all()) if shift else [],
        next_break=scheduling.next_break(operator.pk, at) if shift else None,
        break_in_hand=scheduling.break_in_hand(operator.pk),
        history=history[:HISTORY_LENGTH],
        calls_before=len(history),
    )


def words(call: Call, operator: Operator, at: datetime) -> Words | None:
    """The script of the call's hotline in the caller's language, filled in; None when the hotline has none."""
    hotline = call.hotline
    script = scripts.script_for(hotline.pk, call.language) if hotline else None
    if hotline is None or script is None:
        return None

    def said(text: str) -> str:
        return scripts.fill(text, operator=operator, hotline=hotline, at=at, language=script.language)

    return Words(said(script.greeting), [said(step.text) for step in script.steps.all()], said(script.closing))


def _calls_of_the_same_caller(call: Call) -> "QuerySet[Call]":
    before = Call.objects.filter(hotline=call.hotline, arrived_at__lt=call.arrived_at).exclude(pk=call.pk)
    if call.caller_kind != Call.CallerKind.NUMBER or not call.caller_number:
        return before.none()
    return before.filter(caller_number=call.caller_number).select_related("note__topic", "operator")


def caller(call: Call, calls_before: int) -> dict[str, Any]:
    """The caller line: known by name, come back, new, or withheld."""
    known = call.caller is not None and bool(call.caller.name)
    return {
        "name": call.caller.name if known and call.caller else "",
        "number": numbers.mask(call.caller_number, call.caller_kind),
        "kind": "known" if known else "withheld" if not call.caller_number else "back" if calls_before else "new",
        "before": calls_before,
    }


def topics(call: Call) -> dict[str, Any]:
    """The topics of the call's hotline: the first few as buttons, all in a list, in two levels."""
    rows = list(Topic.objects.filter(hotline=call.hotline, active=True))
    tops = [topic for topic in rows if topic.parent_id is None]
    below = {top.pk: [topic for topic in rows if topic.parent_id == top.pk] for top in tops}
    tree = [(top, below[top.pk]) for top in tops]
    return {"tree": tree, "first": tree[:FIRST_TOPICS], "all_shown": len(tree) <= FIRST_TOPICS}


def last_calls(operator: Operator, at: datetime) -> list[Call]:
    """The operator's own last calls of the past day, for a look back or a forgotten note."""
    own = Call.objects.filter(operator=operator, answered_at__gte=at - timedelta(hours=24))
    return list(own.exclude(ended_at=None).select_related("hotline", "caller", "note__topic")[:HISTORY_LENGTH])


def outcomes() -> list[tuple[str, Any]]:
    return list(Note.Outcome.choices)
