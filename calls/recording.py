"""The recordings of a call: begun, paused, stopped, ready, removed. Whether there may be one says `calls.consent`."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from calls import consent, passing
from calls.holding import talking
from calls.journal import note_event
from calls.models import Call, CallEvent, Consent, Instruction, Recording
from calls.news import tell
from calls.outbox import instruct
from calls.refusals import Refused
from hotline.core.audit import record as audit
from lines.models import Hotline

State = Recording.State
REMOVED = "recording.removed"
NOT_ALLOWED = "no consent"
SHORTEST_REASON = 5
_ERASE_WITHIN = timedelta(minutes=30)  # after that the nightly purge does it
_DEFAULT_DAYS = 30


def wanted(call: Call) -> str:
    """What the carrier should be doing: recording, paused or stopped.

    Paused while the operator wants it so, while the caller is on hold (then operators talk among themselves), and
    while an outside telephone is in the call: nobody asked there.
    """
    if not consent.allowed(call):
        return State.STOPPED
    known = consent.consent_of(call)
    paused = (known is not None and known.paused_at) or call.held_at or passing.outside_talks(call)
    return State.PAUSED if paused else State.RECORDING


# --- what an operator does -----------------------------------------------------------------------


def pause_recording(call_id: uuid.UUID, *, operator_id: int, at: datetime) -> None:
    """Stop recording for a while: a card number is being said. Said again it changes nothing.

    Raises Refused when nobody talks, or the call is not recorded anyway.
    """
    _wish(call_id, operator_id, at, what="paused", paused_at=at)


def resume_recording(call_id: uuid.UUID, *, operator_id: int, at: datetime) -> None:
    """Record again after a pause; said again it changes nothing."""
    _wish(call_id, operator_id, at, what="resumed", paused_at=None)


def stop_recording(call_id: uuid.UUID, *, operator_id: int, at: datetime) -> None:
    """Record no more of this call. What was recorded so far is kept."""
    _wish(call_id, operator_id, at, what="stopped", stopped_at=at)


def _wish(call_id: uuid.UUID, operator_id: int, at: datetime, *, what: str, **facts: datetime | None) -> None:
    with transaction.atomic():
        call, offer = talking(call_id)
        if offer.operator_id != operator_id:
            raise Refused(_("Only the operator who has the caller can do that."))
        if not consent.allowed(call):
            raise Refused(_("This call is not recorded."))
        known = Consent.objects.get(call=call)
        if all((getattr(known, name) is None) == (value is None) for name, value in facts.items()):
            return
        Consent.objects.filter(pk=known.pk).update(**facts)
        _note(call, what, at, source="desk", operator=operator_id)
        instruct(Instruction.Kind.RECORD, call_id=call.pk, at=at)
        tell(call, operator_id=operator_id)


def _note(call: Call, what: str, at: datetime, *, source: str = "webhook", key: str = "", **data: Any) -> None:
    key = key or f"recording:{what}:{at.isoformat()}"
    note_event(call, CallEvent.Kind.RECORDING, at=at, key=key, source=source, what=what, **data)


# --- what the carrier says -----------------------------------------------------------------------


def recording_began(call_id: uuid.UUID, *, recording_ref: str, conference_ref: str, at: datetime) -> None:
    """The carrier records. One that nobody agreed to is ended and erased at once. May be repeated, or come late."""
    with transaction.atomic():
        call = _locked(call_id)
        known, made = _known(call, recording_ref, conference_ref, at)
        if not made or known.removed_at:
            return
        _note(call, "started", at, key=f"recording:{recording_ref}")
        if wanted(call) != State.RECORDING:
            instruct(Instruction.Kind.RECORD, call_id=call.pk, at=at)
        tell(call, operator_id=call.operator_id)


def recording_ready(
    call_id: uuid.UUID,
    *,
    recording_ref: str,
    conference_ref: str,
    seconds: int | None,
    absent: bool,
    started_at: datetime,
    at: datetime,
) -> None:
    """The sound can be fetched, or there is none. May be repeated, and may be the first word of a recording."""
    with transaction.atomic():
        call = _locked(call_id)
        known, _made = _known(call, recording_ref, conference_ref, started_at)
        if known.state in (State.KEPT, State.ABSENT):
            return
        known.state, known.seconds = (State.ABSENT, None) if absent else (State.KEPT, seconds)
        known.save(update_fields=["state", "seconds"])
        if not known.removed_at:
            _note(call, "absent" if absent else "kept", at, key=f"kept:{recording_ref}", seconds=seconds)
        tell(call, operator_id=call.operator_id)
        if known.removed_at:  # while it ran it could not be erased
            _erase(known, at)


def carried_out(call: Call, state: str) -> None:
    """The carrier did what was wanted: desks show it from now on, and not before."""
    if Recording.objects.filter(call=call, state__in=Recording.RUNNING).exclude(state=state).update(state=state):
        tell(call, operator_id=call.operator_id)


def not_carried_out(call: Call, *, at: datetime) -> None:
    """The carrier did not pause or stop when it was told to: whoever reads the call is told so."""
    _note(call, "disobeyed", at, source="switchboard")
    tell(call, operator_id=call.operator_id)


def _locked(call_id: uuid.UUID) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("hotline").get(pk=call_id)


def _known(call: Call, recording_ref: str, conference_ref: str, at: datetime) -> tuple[Recording, bool]:
    days = call.hotline.recording_days if call.hotline else _DEFAULT_DAYS
    facts = {"call": call, "conference_ref": conference_ref[:64], "started_at": at}
    facts["keep_until"] = at + timedelta(days=days)
    found, made = Recording.objects.get_or_create(recording_ref=recording_ref[:64], defaults=facts)
    if made and not _agreed(call):
        found.removed_at, found.removed_why = at, NOT_ALLOWED
        found.save(update_fields=["removed_at", "removed_why"])
        _note(call, "forbidden", at, key=f"recording:{recording_ref}")
        instruct(Instruction.Kind.RECORD, call_id=call.pk, at=at)
    return found, made


def _agreed(call: Call) -> bool:
    """Whether the caller had agreed when the recording began; that the operator stopped it later does not matter."""
    known = consent.consent_of(call)
    return known is not None and known.allows and known.hotline_id == call.hotline_id


# --- removing ------------------------------------------------------------------------------------


def remove_recording(recording: Recording, *, by: Any, reason: str, at: datetime) -> None:
    """Take a recording away: nobody hears it from now on, and the carrier is told to erase it.

    Raises Refused without a reason, and when it is gone already or still being made.
    """
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(_("Say why the recording is removed."))
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=recording.call_id)
        found = Recording.objects.get(pk=recording.pk)
        if not found.audible:
            raise Refused(_("There is no sound to remove."))
        found.removed_at, found.removed_by, found.removed_why = at, by, reason[:200]
        found.save(update_fields=["removed_at", "removed_by", "removed_why"])
        _note(call, "removed", at, source="desk", key=f"removed:{found.pk}", reason=reason[:200])
        audit(by=by, verb=REMOVED, subject=f"call {call.pk}", reason=reason[:200])
        _erase(found, at)
        tell(call)


def _erase(recording: Recording, at: datetime) -> None:
    deadline = at + _ERASE_WITHIN
    instruct(Instruction.Kind.ERASE, call_id=recording.call_id, at=at, deadline=deadline, recording=recording.pk)


def erased(recording_id: int, *, at: datetime) -> bool:
    """The carrier has the sound no more: its name is forgotten here too. True the first time."""
    with transaction.atomic():
        found = Recording.objects.select_for_update().get(pk=recording_id)
        if found.erased_at:
            return False
        found.erased_at, found.recording_ref, found.removed_at = at, None, found.removed_at or at
        found.save(update_fields=["erased_at", "recording_ref", "removed_at"])
        call = Call.objects.get(pk=found.call_id)
        _note(call, "erased", at, source="switchboard", key=f"erased:{found.pk}")
        tell(call)
        return True


def due_for_erasure(at: datetime) -> list[Recording]:
    """Whose time is over, as promised when it was made or by today's shorter rule, and what was removed but is still
    at the carrier. What is still being recorded is not among them."""
    over = Q(removed_at__isnull=False) | Q(keep_until__lte=at)
    for pk, days in Hotline.objects.values_list("pk", "recording_days"):
        over |= Q(call__hotline=pk, started_at__lte=at - timedelta(days=days))
    still_made = Q(state__in=Recording.RUNNING, call__ended_at=None)
    return list(Recording.objects.filter(over, erased_at=None).exclude(still_made).order_by("started_at"))


# --- what is shown -------------------------------------------------------------------------------


def standing(call: Call) -> str:
    """How recording stands in a live call, in a word for its desk; "" where the hotline does not record.

    "pausing" and "stopping" are what the operator wants and the carrier has not said yet. `call.hotline` is read.
    """
    hotline = call.hotline
    if hotline is None or not hotline.records:
        return ""
    known = consent.consent_of(call)
    if known is None or not known.allows or known.hotline_id != hotline.pk:
        return "refused" if known is not None and known.answer == Consent.Answer.REFUSED else "silent"
    newest = Recording.objects.filter(call=call).order_by("-started_at", "-id").first()
    return _standing(known, newest.state if newest else "", on_hold=call.held_at is not None)


def _standing(known: Consent, state: str, *, on_hold: bool) -> str:
    if known.stopped_at:
        return "stopping" if state in Recording.RUNNING else "stopped"
    if known.paused_at:
        return "pausing" if state == State.RECORDING else "paused"
    if state == State.PAUSED:
        return "held" if on_hold else "resuming"
    return state if state == State.RECORDING else "soon"
