"""What an operator's desk shows at a moment: gathered in one place, so that page and fragments cannot disagree."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from calls import numbers, outgoing, passing_words, queries, recording, supervision
from calls.models import Call, Note, Offer, Topic, Transfer
from calls.queries import Current
from knowledge import scripts
from knowledge.models import Script
from operators import presence
from operators.models import Operator, Presence
from scheduling import queries as scheduling
from scheduling.models import Break, Shift

HISTORY_LENGTH = 6
REOPENED = "again:"  # before the id of a call whose note was opened once more
TYPING = timedelta(seconds=10)  # a wrap-up does not end so soon after the last word
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
    transfer: Transfer | None = None  # the last time somebody passed the call on, or is about to
    company: list[str] = field(default_factory=list)  # who else is in the call, as sentences
    help_asked: bool = False
    recording: str = ""
    taken_by: str = ""  # who answered the call that rang here until a moment ago

    @property
    def phase(self) -> str:
        """ "idle", "ringing", "live", "asked", "wrap_up", "passed" (a wrap-up whose call a colleague has by now), or
        "reopened": the note of an earlier call."""
        if self.current is None:
            return "idle"
        passed = self.current.call.operator_id != self.operator.pk and self.current.call.handed
        return "passed" if passed and self.current.phase == "wrap_up" else self.current.phase

    @property
    def call(self) -> Call | None:
        return self.current.call if self.current else None

    @property
    def work(self) -> Call | None:
        """The call whose note is being written: live, in wrap-up or reopened, not while it rings."""
        return self.call if self.phase in ("live", "wrap_up", "reopened") else None

    @property
    def holds(self) -> str:
        """How the page names the note that it holds; "" without one."""
        return f"{REOPENED if self.phase == 'reopened' else ''}{self.work.pk}" if self.work else ""

    @property
    def free(self) -> bool:
        """Whether no call is in hand, so that an earlier one can be looked at."""
        return self.phase in ("idle", "reopened")

    @property
    def transfer_says(self) -> str:
        """What goes on while the call is passed on, for the one who asks and the one who is asked; "" if nothing."""
        return passing_words.now(self.transfer, self.call, self.operator.pk) if self.transfer and self.call else ""

    @property
    def missed(self) -> bool:
        return self.operator.state in (Presence.MISSED, Presence.DISCONNECTED)

    @property
    def wrap_up_until(self) -> datetime | None:
        """When the wrap-up ends by itself, unless somebody types."""
        if self.phase not in ("wrap_up", "passed") or self.call is None or self.call.hotline is None:
            return None
        note = self.current.note if self.current else None
        ends = self.operator.state_since + timedelta(seconds=self.call.hotline.wrap_up_seconds)
        typed = note.drafted_at if note and note.operator_id == self.operator.pk else None
        return max(ends, typed + TYPING) if typed else ends

    @property
    def break_ends_at(self) -> datetime | None:
        taken = self.break_in_hand
        if taken is None or taken.begun_at is None:
            return None
        return taken.begun_at + (taken.ends_at - taken.starts_at)


def situation(operator: Operator, at: datetime, reopen: UUID | None = None) -> Situation:
    """Read the desk of an operator, whose row `presence.at_desk` has just read: presence changes all the time.

    `reopen` names an earlier call of theirs, whose note is shown while no other call is in hand.
    """
    current = queries.current(operator.pk, state=operator.state)
    if current is None and operator.state in presence.BUSY:  # the call ended between the two questions
        operator = presence.at_desk(pk=operator.pk) or operator
        current = queries.current(operator.pk, state=operator.state)
    current = current or (_taken(operator.pk, reopen) if reopen else None)
    shift = scheduling.shift_at(operator.pk, at)
    call = current.call if current else None
    history = history_of(call) if call else []
    return Situation(
        operator=operator,
        at=at,
        current=current,
        words=words(call, operator, at) if call and current and current.phase != "reopened" else None,
        shift=shift,
        breaks=list(shift.breaks.all()) if shift else [],
        next_break=scheduling.next_break(operator.pk, at) if shift else None,
        break_in_hand=scheduling.break_in_hand(operator.pk),
        history=history,
        calls_before=_calls_before(call, history),
        transfer=_transfer(current) if current else None,
        company=supervision.company(call) if call and call.supervised else [],
        help_asked=bool(call and call.supervised and supervision.asks_for_help(call)),
        recording=recording.standing(call) if call and current and current.phase == "live" else "",
        taken_by=presence.lost_to(operator, at=at),
    )


def _transfer(current: Current) -> Transfer | None:
    """The last transfer of a live call. No query for a call that nobody ever passed on."""
    if not current.call.handed or current.phase not in ("ringing", "live", "asked"):
        return None
    return Transfer.objects.select_related("by", "offer").filter(call=current.call).order_by("-made_at").first()


def words(call: Call, operator: Operator, at: datetime) -> Words | None:
    """The script of the call's hotline in the caller's language, filled in; None when the hotline has none."""
    hotline = call.hotline
    script = _script(hotline.pk, call) if hotline else None
    if hotline is None or script is None:
        return None

    def said(text: str) -> str:
        return scripts.fill(text, operator=operator, hotline=hotline, at=at, language=script.language)

    return Words(said(script.greeting), [said(step.text) for step in script.steps.all()], said(script.closing))


def _script(hotline_id: int, call: Call) -> Script | None:
    """Of callbacks the words for calling back, where the hotline has such."""
    if call.is_outgoing and (own := scripts.script_for(hotline_id, call.language, Script.Occasion.CALLBACK)):
        return own
    return scripts.script_for(hotline_id, call.language)


def _taken(operator_id: int, call_id: UUID) -> Current | None:
    """A call that this operator took and that is over."""
    offers = Offer.objects.select_related("call__hotline", "call__caller", "call__number", "operator")
    taken = offers.filter(operator_id=operator_id, call_id=call_id, accepted_at__isnull=False)
    offer = taken.exclude(call__ended_at=None).first()
    if offer is None:
        return None
    return Current("reopened", offer, offer.call, Note.objects.filter(call=offer.call).first())


def history_of(call: Call) -> list[Call]:
    """The last calls before this one from its number, to its hotline; none where the number is withheld or odd."""
    if call.caller_kind != Call.CallerKind.NUMBER or not call.caller_number:
        return []
    return list(_before(call).select_related("hotline", "note__topic__parent", "operator")[:HISTORY_LENGTH])


def _before(call: Call) -> "QuerySet[Call]":
    same = Call.objects.filter(caller_number=call.caller_number, hotline=call.hotline, training=False)
    return same.filter(arrived_at__lt=call.arrived_at).exclude(pk=call.pk)


def _calls_before(call: Call | None, history: list[Call]) -> int:
    if call is None or len(history) < HISTORY_LENGTH:
        return len(history)
    return _before(call).count()


def caller(call: Call, calls_before: int) -> dict[str, Any]:
    """The caller line: known by name, come back, new, or withheld."""
    known = call.caller is not None and bool(call.caller.name)
    masked = numbers.mask(call.caller_number, call.caller_kind)
    if call.is_called_out:
        return {"name": outgoing.name_of(call), "number": masked, "kind": "out"}
    return {
        "name": call.caller.name if known and call.caller else "",
        "number": masked,
        "kind": "known" if known else "withheld" if not call.caller_number else "back" if calls_before else "new",
        "before": calls_before,
    }


def topics(call: Call) -> dict[str, Any]:
    """The topics of the call's hotline in two levels: the first few as buttons, all to be typed."""
    rows = list(Topic.objects.filter(hotline=call.hotline, active=True))
    tops = [topic for topic in rows if topic.parent_id is None]
    below = {top.pk: [topic for topic in rows if topic.parent_id == top.pk] for top in tops}
    tree = [(top, below[top.pk]) for top in tops]
    return {"tree": tree, "first": tree[:FIRST_TOPICS]}


def same_as_last(history: list[Call]) -> Note | None:
    """The note of the caller's last call, if what it says can be taken over."""
    note = getattr(history[0], "note", None) if history else None
    return note if note and note.saved_at and note.outcome else None


def outcomes() -> list[tuple[str, Any]]:
    return list(Note.Outcome.choices)
