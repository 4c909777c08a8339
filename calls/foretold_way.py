"""A caller's way through a call plan and on, as `calls.plans.running` would write it: on a call that is never saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from calls import overflow, routing
from calls.foretold_people import Candidate
from calls.lifecycle import unanswered
from calls.models import Call
from calls.overflow_words import checked
from calls.plans import running
from calls.plans.known import plan_of
from calls.plans.script import End
from calls.plans.walk import Place, walk
from calls.steps import RingOutside, Step, Wait
from lines.hours import timetable
from lines.models import Hotline


@dataclass(frozen=True)
class Asked:
    """The plan speaks and asks for a key. `pressed` is "" for nothing; `then` is where that leads."""

    place: Place
    pressed: str
    then: Place
    number: int  # of the step that asks, from 1


@dataclass(frozen=True)
class Spoken:
    """The last that the plan says, where it asks no more."""

    place: Place


@dataclass(frozen=True)
class Queued:
    """A queue that the caller joins. `rung` are those who would be rung, in order; `others` could not be. `nobody` says
    that no one is signed on, so that the caller leaves it at once; `meets` is what a caller hears first who was sent
    there before waiting anywhere."""

    hotline: Hotline
    language: str
    skills: list[str]
    priority: int
    topic: str
    ahead: int
    rung: list[Candidate]
    others: list[Candidate]
    nobody: bool
    waits: Wait
    meets: Step | None
    planned: bool  # what it asks for was decided by a plan


@dataclass(frozen=True)
class Sent:
    """On to another hotline: by a key ("menu"), or by a rule of the plan. `after` is how long the caller waited."""

    hotline: Hotline
    why: str
    after: int = 0


@dataclass(frozen=True)
class Rung:
    """On to an outside telephone, by a rule of the plan: what the caller hears first, how long it rings, whether who
    answers there must press 1. `wrong` says why it may not be called, if it may not; then nobody is rung."""

    step: RingOutside
    name: str
    seconds: int
    asks: bool
    why: str
    then: str
    wrong: str = ""
    after: int = 0


@dataclass(frozen=True)
class Over:
    """Where the way ends without anybody answering. `own` says that it is the plan that ends it so."""

    step: Step
    why: str
    own: bool = True
    after: int = 0


Event = Asked | Spoken | Queued | Sent | Rung | Over


class Way:
    """Follows one call. `joins` tells of a call what it meets in the queue that it joins."""

    def __init__(self, call: Call, at: datetime, joins: Callable[[Call], Queued]) -> None:
        self.call, self.at, self.joins = call, at, joins
        self.events: list[Event] = []
        self.been: list[int] = []
        self.after = 0  # seconds of waiting, where the caller waited in vain

    def kept(self, rule: str) -> list[Event]:
        """It is closed or full, and the plan goes on with the caller."""
        self._end(running.end_of(self.call, rule), rule)
        return self.events

    def followed(self, keys: tuple[str, ...]) -> list[Event]:
        """Through the menus, with `keys` and then nothing pressed, to the queue and what comes after it."""
        if self.call.plan_id is not None and plan_of(self.call.plan_id).steps:
            self._menus(keys)
        else:
            self._queue()
        return self.events

    def _menus(self, keys: tuple[str, ...]) -> None:
        assert self.call.plan_id is not None
        plan, language, given = plan_of(self.call.plan_id), self.call.language, list[str]()
        place = walk(plan, given, language)
        while place.end is None:
            given.append(keys[len(given)] if len(given) < len(keys) else "")
            then = walk(plan, given, language)
            number = next((n for n, step in enumerate(plan.steps, 1) if step is place.asks), 0)
            self.events.append(Asked(place, given[-1], then, number))
            place = then
        if place.words:
            self.events.append(Spoken(place))
        self._go(place)

    def _go(self, place: Place) -> None:
        assert place.end is not None
        self.call.language = place.language
        if place.end.to == "voicemail":
            self._voicemail("menu")
        elif place.end.to == "hotline":
            self._forward(place.end.hotline, "menu")
        else:
            running.wants(self.call, place.end)
            self._queue()

    def _queue(self) -> None:
        """The queue; and what follows when nobody is there, or nobody comes."""
        queued = self.joins(self.call)
        self.events.append(queued)
        rule = "nobody" if queued.nobody else "late"
        self.after = 0 if queued.nobody else running.patience(self.call, queued.hotline)
        end = running.end_of(self.call, rule)
        if end.to != "usual":
            self._end(end, rule)
            return
        self._usual(rule)

    def _usual(self, rule: str) -> None:
        self.call.state, self.call.refused = Call.State.VOICEMAIL, unanswered(self.call.hotline)
        self._over(routing.next_step(self.call, self.at), rule, own=False)

    def _end(self, end: End, rule: str) -> None:
        if end.to == "hotline":
            self._forward(end.hotline, rule)
        elif end.to == "telephone":
            self._ring(end, rule)
        elif end.to == "goodbye":
            self._turned_away(rule)
        else:
            self._voicemail(rule, rule)

    def _ring(self, end: End, rule: str) -> None:
        """The telephone, and what follows when it does not take the caller."""
        assert self.call.hotline is not None
        wrong, first = checked(end, self.call.hotline)[1], overflow.ringing(self.call, end)
        name = overflow.name_of(end)
        self.events.append(Rung(first, name, end.rings, end.asks, rule, end.then, wrong, self.after))
        self.call.sent_at = self.call.sent_back_at = self.at
        self.after = 0
        if end.then == "queue":
            self.after = self.call.hotline.max_wait_seconds
            self._usual("late")
        elif end.then == "goodbye":
            self._turned_away(overflow.refused(rule), told="outside", own=rule == "closed")
        else:
            self._voicemail("outside")

    def _forward(self, hotline_id: int | None, why: str) -> None:
        assert self.call.hotline is not None and self.call.hotline_id is not None
        target = running.destination(self.call, hotline_id, self.been)
        if target is None:
            if self.call.hotline.voicemail_enabled:
                self._voicemail("nowhere")
            else:
                self._turned_away("nobody", told="nowhere")
            return
        self.been.append(self.call.hotline_id)
        self.events.append(Sent(target, why, self.after))
        moment = self.at + timedelta(seconds=self.after)
        running.hand_over(self.call, target, moment)
        if not timetable(target.pk, target.version).at(moment).is_open:
            end = running.end_of(self.call, "closed")
            if end.to == "usual":
                self._turned_away("closed", own=False)
            else:
                self._end(end, "closed")
        elif not self.after:  # who is there after a wait is not known
            self._queue()

    def _voicemail(self, why: str, rule: str = "") -> None:
        assert self.call.hotline is not None
        own = running.words_at_end(self.call, rule)
        self._over(routing.recording(self.call, self.call.hotline, own), why)

    def _turned_away(self, refused: str, *, told: str = "", own: bool = True) -> None:
        self.call.refused = refused
        self._over(routing.next_step(self.call, self.at), told or refused, own=own)

    def _over(self, step: Step, why: str, *, own: bool = True) -> None:
        self.events.append(Over(step, why, own, self.after))
