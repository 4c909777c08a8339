"""The stories of the demo's callers, written into the register as the exchange itself would have."""

import random
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from calls.models import Call, Callback, Caller, CallEvent, Note, NoteVersion, Offer, Outgoing, Topic, Voicemail
from hotline.demo.content import Service
from hotline.demo.copying import copy_in
from hotline.demo.outwards import call_out
from hotline.demo.people import SUPERVISOR
from hotline.demo.promises import promise
from hotline.demo.traffic import RING_SECONDS, Ring, Story
from lines.models import Hotline, Number
from lines.tariffs import Tariff
from operators.models import Operator, User

Kind = CallEvent.Kind
_OFFER_STATE = {
    "accepted": Offer.State.FINISHED,
    "missed": Offer.State.MISSED,
    "declined": Offer.State.DECLINED,
    "withdrawn": Offer.State.WITHDRAWN,
}
_REASON = {"accepted": "", "missed": "no answer", "declined": "", "withdrawn": "caller left"}
_OUTCOMES = ([Note.Outcome.ANSWERED, Note.Outcome.REFERRED, Note.Outcome.CALLBACK], [82, 12, 6])


def topics_of(service: Service, hotline: Hotline) -> dict[str, Topic]:
    """Make the two levels of a hotline's topics; the second level by name."""
    names = list(dict.fromkeys(theme.parent for theme in service.themes))
    parents = Topic.objects.bulk_create(Topic(hotline=hotline, name=name, position=n) for n, name in enumerate(names))
    by_name = {parent.name: parent for parent in parents}
    children = Topic.objects.bulk_create(
        Topic(hotline=hotline, parent=by_name[theme.parent], name=theme.name, position=n)
        for n, theme in enumerate(service.themes)
    )
    return {topic.name: topic for topic in children}


@dataclass(slots=True)
class Event:
    """A row of `CallEvent`. There are many; a model's instance would cost most of the time of loading."""

    call_id: uuid.UUID
    kind: str
    at: datetime
    received_at: datetime
    key: str
    source: str
    data: dict[str, Any]
    raw: None = None
    id: int = 0


class Register:
    """Gathers rows for every story and writes each table at once."""

    def __init__(
        self,
        hotlines: dict[str, Hotline],
        operators: dict[str, Operator],
        topics: dict[str, dict[str, Topic]],
        now: datetime,
    ) -> None:
        self.now = now
        self.hotlines, self.operators, self.topics = hotlines, operators, topics
        self.numbers = {number.number: number for number in Number.objects.all()}
        self.supervisor = User.objects.filter(username=SUPERVISOR[0]).values_list("pk", flat=True).first()
        self.tariffs = {tariff.number_id: tariff for tariff in Tariff.objects.all()}
        self.chance = random.Random("register")  # noqa: S311 - a play, not a secret
        self.callers: dict[str, Caller] = {}
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.offers: list[Offer] = []
        self.notes: list[Note] = []
        self.voicemails: list[Voicemail] = []

    def write(self, stories: list[Story]) -> None:
        self._know_callers(stories)
        for story in stories:
            self._tell(story)
        callbacks = promise(self)
        outgoing = call_out(self)
        copy_in(Call, self.calls)
        copy_in(Callback, callbacks)
        copy_in(Outgoing, outgoing)
        copy_in(Offer, self.offers)
        copy_in(CallEvent, self.events)
        copy_in(Note, self.notes)
        copy_in(NoteVersion, map(self._version, self.notes))
        copy_in(Voicemail, self.voicemails)

    def _know_callers(self, stories: list[Story]) -> None:
        """Whoever called more than once from the same number is in the book, some of them by name."""
        times: dict[str, Story] = {}
        again: dict[str, Story] = {}
        for story in stories:
            if story.caller in times:
                again[story.caller] = story
            elif story.caller:
                times[story.caller] = story
        book = [
            Caller(
                number=number,
                name=self.chance.choice(story.service.caller_names) if self.chance.random() < 0.4 else "",
                created_at=times[number].arrived_at,
            )
            for number, story in again.items()
        ]
        self.callers = {caller.number: caller for caller in Caller.objects.bulk_create(book)}

    def new_id(self) -> uuid.UUID:
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def new_ref(self, start: str) -> str:
        return f"{start}{self.chance.getrandbits(128):032x}"

    def add_event(self, call: Call, kind: str, at: datetime, key: str, **data: Any) -> None:
        self.events.append(_event(call, kind, at, key, "switchboard", **data))

    def _tell(self, story: Story) -> None:
        call = self._call(story)
        self.calls.append(call)
        offers = [self._offer(call, ring) for ring in story.rings]
        self.offers += offers
        self.events += self._journal(call, story, offers)
        if story.voicemail_at:
            self._voicemail(call, story)
        if story.operator and self.chance.random() < 0.96:
            note = self._note(call, story)
            self.notes.append(note)
            assert note.saved_at is not None
            self.events.append(_event(call, Kind.NOTE, note.saved_at, "note:1", "desk", what="saved"))

    def _call(self, story: Story) -> Call:
        hotline, number = self.hotlines[story.service.slug], self.numbers[story.line]
        left = story.end - timedelta(seconds=0.8 if story.ended_by == "operator" else 0) if story.operator else None
        return Call(
            id=self.new_id(), carrier_ref=self.new_ref("CA"), hotline=hotline, number=number, dialled=number.number,
            caller_number=story.caller,
            caller_kind=Call.CallerKind.NUMBER if story.caller else Call.CallerKind.WITHHELD,
            caller=self.callers.get(story.caller),
            language=hotline.languages[0], priority=hotline.priority, tariff=self.tariffs.get(number.pk),
            state=Call.State.ENDED, outcome=_outcome(story), ended_by=story.ended_by,
            refused="closed" if story.closed else "",
            operator=self.operators[story.operator] if story.operator else None,
            arrived_at=story.arrived_at, queued_at=story.queued_at,
            offered_at=story.rings[0].at if story.rings else None,
            answered_at=story.answered_at, voicemail_at=story.voicemail_at, operator_left_at=left,
            ended_at=story.end, wrapped_at=story.wrapped_at,
            carrier_status="completed", carrier_seconds=int((story.end - story.arrived_at).total_seconds()),
            checked_at=story.end + timedelta(minutes=10),
        )  # fmt: skip

    def _offer(self, call: Call, ring: Ring) -> Offer:
        accepted = ring.result == "accepted"
        return Offer(
            id=self.new_id(),
            call=call,
            operator=self.operators[ring.username],
            state=_OFFER_STATE[ring.result],
            device="browser",
            made_at=ring.at,
            ring_until=ring.at + timedelta(seconds=RING_SECONDS),
            leg_ref=self.new_ref("CA"),
            rang_at=ring.at + timedelta(seconds=0.4),
            accepted_at=ring.closed_at if accepted else None,
            closed_at=call.operator_left_at if accepted else ring.closed_at,
            reason=_REASON[ring.result],
        )

    def _journal(self, call: Call, story: Story, offers: list[Offer]) -> Iterable[Event]:
        if story.closed:
            yield _event(call, Kind.TURNED_AWAY, story.arrived_at, "voice", why="closed")
        else:
            yield _event(call, Kind.ARRIVED, story.arrived_at, "voice", why="")
        if story.queued_at:
            yield _event(call, Kind.GREETED, story.queued_at, "greeted")
            yield _event(call, Kind.QUEUED, story.queued_at, "queued")
        for ring, offer in zip(story.rings, offers, strict=True):
            who: dict[str, Any] = {"operator": offer.operator_id, "offer": str(offer.pk)}
            yield _event(call, Kind.OFFERED, ring.at, f"offered:{offer.pk}", "switchboard", **who)
            if ring.result == "accepted":
                yield _event(call, Kind.ANSWERED, ring.closed_at, f"answered:{offer.pk}", **who)
            else:
                why = _REASON[ring.result]
                yield _event(call, Kind(ring.result), ring.closed_at, f"closed:{offer.pk}", "status", reason=why, **who)
        yield from self._listened(call, story)
        if story.voicemail_at:
            yield _event(call, Kind.VOICEMAIL, story.voicemail_at, "voicemail", why="too long")
            yield _event(call, Kind.RECORDED, story.end, "recorded")
        if call.operator_left_at and story.ended_by == "operator":
            yield _event(call, Kind.OPERATOR_LEFT, call.operator_left_at, "left", "status", operator=call.operator_id)
        yield _event(call, Kind.ENDED, story.end, "ended", "status", by=story.ended_by)

    def _listened(self, call: Call, story: Story) -> Iterable[Event]:
        """The supervisor listened to some of the longer calls, and whispered in a few."""
        if self.supervisor is None or story.answered_at is None or call.pk.int % 53:
            return
        for seconds, way in ((40, "listen"), (75, "whisper"))[: 1 + call.pk.int % 2]:
            at = story.answered_at + timedelta(seconds=seconds)
            if at < story.end - timedelta(seconds=20):
                who = {"user": self.supervisor, "way": way}
                yield _event(call, Kind.ATTENDED, at, f"attended:demo:{way}", "desk", **who)

    def _voicemail(self, call: Call, story: Story) -> None:
        assert story.voicemail_at is not None
        self.voicemails.append(
            Voicemail(
                call=call,
                recording_ref=self.new_ref("RE"),
                seconds=int((story.end - story.voicemail_at).total_seconds()),
                left_at=story.end,
                handled_at=story.end + timedelta(hours=2) if story.end < self.now - timedelta(days=1) else None,
            )
        )

    def _note(self, call: Call, story: Story) -> Note:
        theme = story.theme
        assert theme is not None and story.wrapped_at is not None
        outcome = self.chance.choices(*_OUTCOMES)[0]
        if theme is story.service.themes[-1]:
            outcome = Note.Outcome.WRONG_NUMBER
        caller = call.caller
        return Note(
            call=call,
            operator=call.operator,
            caller_name=caller.name if caller else "",
            topic=self.topics[story.service.slug][theme.name],
            outcome=outcome,
            summary=self.chance.choice(theme.summaries),
            version=1,
            drafted_at=story.answered_at,
            saved_at=story.wrapped_at,
        )

    def _version(self, note: Note) -> NoteVersion:
        assert note.operator is not None and note.saved_at is not None
        return NoteVersion(
            note=note,
            version=note.version,
            saved_at=note.saved_at,
            by_id=note.operator.user_id,
            topic=str(note.topic),
            outcome=note.outcome,
            summary=note.summary,
        )


def _outcome(story: Story) -> str:
    if story.closed:
        return Call.Outcome.CLOSED
    if story.answered_at:
        return Call.Outcome.ANSWERED
    return Call.Outcome.VOICEMAIL if story.voicemail_at else Call.Outcome.ABANDONED


def _event(call: Call, kind: str, at: datetime, key: str, source: str = "webhook", **data: Any) -> Event:
    return Event(call.pk, str(kind), at, at, key, source, data)
