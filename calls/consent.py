"""Consent to recording: what a caller is told, what they answer, and whether the conversation may be recorded."""

import uuid
from datetime import datetime

from django.db import transaction

from calls.following import follow
from calls.journal import note_event
from calls.models import Call, CallEvent, Consent
from calls.news import tell
from calls.pricing import note_price
from calls.steps import Say
from calls.words import word
from lines.models import Hotline

AGREE, REFUSE = "1", "9"
_Answer = Consent.Answer
_EVENTS = {
    _Answer.SILENT: CallEvent.Kind.NO_ANSWER,
    _Answer.AGREED: CallEvent.Kind.AGREED,
    _Answer.REFUSED: CallEvent.Kind.REFUSED,
}
_WEIGHT = [_Answer.SILENT, _Answer.AGREED, _Answer.REFUSED]


def question(mode: str, purpose: str, more: str, language: str) -> Say:
    """What is said before the queue: that the call is recorded, why, where to read more, and the key."""
    name = "recorded_ask" if mode == Hotline.Recording.ASK else "recorded"
    told = word(name, language, purpose=purpose.strip().rstrip("."), key=AGREE if name == "recorded_ask" else REFUSE)
    read = word("recorded_more", language, more=more.strip().rstrip(".")).text + " " if more.strip() else ""
    key = word(f"{name}_key", language, key=AGREE if name == "recorded_ask" else REFUSE).text
    return Say(f"{told.text} {read}{key}", told.language)


def meaning(mode: str, digits: str) -> str:
    """What a key says. Where it is announced, a caller who presses anything but "agree" is taken to refuse."""
    if digits == AGREE:
        return _Answer.AGREED
    if digits == REFUSE or (digits and mode == Hotline.Recording.ANNOUNCE):
        return _Answer.REFUSED
    return _Answer.SILENT


def consent_of(call: Call) -> Consent | None:
    return Consent.objects.filter(call=call).first()


def take_consent(call_id: uuid.UUID, *, digits: str, at: datetime) -> None:
    """The caller heard the announcement and pressed `digits`, or nothing.

    Told several times, in any order, a refusal outweighs an agreement and that outweighs silence. Nothing is written
    for a hotline that does not record, or has stopped to, and for a callback: nobody asked there.
    """
    with transaction.atomic():
        call = Call.objects.select_for_update(of=("self",)).select_related("hotline").get(pk=call_id)
        hotline = call.hotline
        if hotline is None or not hotline.records or call.ended_at or call.refused or call.is_outgoing:
            return
        answer = meaning(hotline.recording_mode, digits)
        facts = {"hotline": hotline, "mode": hotline.recording_mode, "answer": answer, "answered_at": at}
        known, made = Consent.objects.get_or_create(call=call, defaults=facts)
        if made:
            if call.plan_id is None:  # a plan has words of its own
                note_event(call, CallEvent.Kind.GREETED, at=at, key="greeted")
            note_price(call, at)
            words = question(known.mode, hotline.recording_purpose, hotline.recording_more, call.language)
            note_event(call, CallEvent.Kind.ANNOUNCED, at=at, key="announced", mode=known.mode, words=words.text)
        _heavier(known, answer, at)
        follow(call, at=at)
        note_event(call, _EVENTS[_Answer(answer)], at=at, key=f"consent:{answer}", mode=known.mode)
        tell(call)


def _heavier(known: Consent, answer: str, at: datetime) -> None:
    if _WEIGHT.index(_Answer(answer)) > _WEIGHT.index(_Answer(known.answer)):
        known.answer, known.answered_at = answer, at
        known.save(update_fields=["answer", "answered_at"])


def allowed(call: Call) -> bool:
    """Whether a call may be recorded now: its hotline records, and the caller agreed to this hotline's purpose.

    No query for a hotline that does not record; `call.hotline` is read.
    """
    hotline = call.hotline
    if hotline is None or not hotline.records:
        return False
    known = consent_of(call)
    return known is not None and known.allows and known.hotline_id == hotline.pk and known.stopped_at is None
