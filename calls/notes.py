"""The note of a call: drafts that survive a crash, saves that never overwrite one another in silence."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from calls.cards import card_sentence, holds_card
from calls.journal import note_event
from calls.lifecycle import Refused, finish_wrap_up
from calls.models import Call, CallEvent, Note, NoteVersion, Offer, Topic
from calls.personal import holds_personal, name_sentence, personal_sentence
from calls.queries import last_talk, talked_in
from hotline.core.live import announce
from operators.models import Operator, Presence

DRAFT_FIELDS = ("caller_name", "topic_id", "outcome", "summary")


class Conflict(Refused):
    """Somebody else wrote the note meanwhile; `current` is the note as it stands."""

    def __init__(self, current: Note) -> None:
        super().__init__(_("Somebody else changed this note. Compare, then save again."))
        self.current = current


def _checked(call: Call, topic_id: int | None, outcome: str) -> None:
    if topic_id is not None and not Topic.objects.filter(pk=topic_id, hotline__in=_hotlines(call)).exists():
        raise Refused(_("This topic does not belong to the hotline of the call."))
    if outcome and outcome not in Note.Outcome.values:
        raise Refused(
            _("%(outcome)s is not an outcome; choose one of: %(known)s.")
            % {"outcome": outcome, "known": ", ".join(Note.Outcome.values)}
        )


def _hotlines(call: Call) -> list[int | None]:
    """Of a call that was passed on to another hotline, the one that was dialled counts as well."""
    dialled = call.number.hotline_id if call.handed and call.number else None
    return [call.hotline_id, dialled]


def refuse_cards(*texts: str) -> None:
    """Card numbers are refused before anything of the note is kept. Raises Refused with what to do instead."""
    if any(holds_card(text) for text in texts):
        raise Refused(card_sentence())


def _refuse_personal(call: Call, summary: str, caller_name: str) -> None:
    """Where the hotline keeps nothing personal. Raises Refused with what to do instead."""
    if call.hotline is None or not call.hotline.nothing_personal:
        return
    if caller_name:
        raise Refused(name_sentence())
    if holds_personal(summary):
        raise Refused(personal_sentence())


def _locked_note(call_id: uuid.UUID, version: int | None) -> tuple[Call, Note]:
    call = Call.objects.select_related("hotline").select_for_update(of=("self",)).get(pk=call_id)
    note, made = Note.objects.get_or_create(call=call, defaults={"topic_id": call.topic_id})
    if version is not None and not made and note.version != version:
        raise Conflict(note)
    return call, note


def save_draft(
    call_id: uuid.UUID, *, operator_id: int, at: datetime, version: int | None = None, **fields: Any
) -> Note:
    """Keep what was typed so far. Raises Conflict when `version` is not the note's; Refused for a foreign topic, a
    card number, or something personal where the hotline keeps nothing personal.

    A saved note stays saved; drafting it again keeps the saved versions.
    """
    refuse_cards(fields.get("summary", ""), fields.get("caller_name", ""))
    with transaction.atomic():
        call, note = _locked_note(call_id, version)
        _checked(call, fields.get("topic_id"), fields.get("outcome", ""))
        _refuse_personal(call, fields.get("summary", ""), fields.get("caller_name", ""))
        for name in DRAFT_FIELDS:
            if name in fields:
                setattr(note, name, fields[name])
        note.operator_id, note.drafted_at, note.version = operator_id, at, note.version + 1
        note.save()
    return note


def save_note(
    call_id: uuid.UUID,
    *,
    operator_id: int | None,
    by: Any,
    at: datetime,
    topic_id: int | None,
    outcome: str,
    summary: str,
    caller_name: str = "",
    version: int | None = None,
) -> Note:
    """Save the note, keep the version, and end the wrap-up of the operator who took the call.

    Raises Refused with a sentence, Conflict when `version` is not the note's.
    """
    refuse_cards(summary, caller_name)
    with transaction.atomic():
        call, note = _locked_note(call_id, version)
        _checked(call, topic_id, outcome)
        _refuse_personal(call, summary, caller_name)
        note.topic_id, note.outcome, note.summary, note.caller_name = topic_id, outcome, summary, caller_name[:120]
        note.operator_id = operator_id or note.operator_id
        note.version, note.saved_at = note.version + 1, at
        note.save()
        NoteVersion.objects.create(
            note=note,
            version=note.version,
            saved_at=at,
            by=by,
            topic=str(note.topic) if note.topic else "",
            outcome=outcome,
            summary=summary,
        )
        note_event(call, CallEvent.Kind.NOTE, at=at, key=f"note:{note.version}", source="desk", what="saved")
        announce(f"call:{call.pk}", "calls")
    left = call.ended_at or call.handed or call.supervised
    if left and operator_id is not None and talked_in(call, operator_id):
        _end_wrap_up(operator_id, call, by, at)
    return note


def _end_wrap_up(operator_id: int, call: Call, by: Any, at: datetime) -> None:
    """Only the newest call's note ends a wrap-up: an old note mended meanwhile must not."""
    newest = Call.objects.filter(operator_id=operator_id).order_by("-answered_at").values_list("pk", flat=True).first()
    if call.handed or call.supervised:
        talk = last_talk(operator_id, Offer.objects.all())
        newest = talk.call_id if talk else newest
    if newest == call.pk:
        finish_wrap_up(operator_id, at=at, by=by)


def _written_up(operator: Operator) -> Call | None:
    talk = last_talk(operator.pk, Offer.objects.select_related("call__hotline"))
    if talk is not None:
        return talk.call
    return Call.objects.select_related("hotline").filter(operator=operator).order_by("-answered_at").first()


def end_overdue_wrap_ups(at: datetime, *, typing_seconds: int = 10) -> int:
    """Wrap-ups past their hotline's time end by themselves, but not while somebody types; how many ended."""
    ended = 0
    for operator in Operator.objects.filter(state=Presence.WRAP_UP):
        call = _written_up(operator)
        allowed = call.hotline.wrap_up_seconds if call and call.hotline else 0
        own = Note.objects.filter(call=call, operator=operator)
        typed = own.values_list("drafted_at", flat=True).first() if call else None
        typing = typed is not None and (at - typed).total_seconds() < typing_seconds
        if (at - operator.state_since).total_seconds() >= allowed and not typing:
            ended += finish_wrap_up(operator.pk, at=at, cause="wrap_up_over")
    return ended
