"""What is known of a call, and what follows from it.

A call's row is the join of facts: a time is the earliest anybody named (when a caller went back to the line and was
taken again: the latest), a carrier's status the furthest along. State and outcome are functions of the facts. Joining
is commutative, associative and idempotent, so that repeated, late and reordered callbacks end in the same row.
"""

from datetime import datetime
from typing import Any

from calls.models import Call

LATEST = ("returned_at", "taken_at", "sent_at", "sent_back_at")
TIMES = (
    "arrived_at",
    "gated_at",
    "gate_passed_at",
    "queued_at",
    "offered_at",
    "answered_at",
    "outside_at",
    "voicemail_at",
    "callback_at",
    "reached_at",
    "operator_left_at",
    "ended_at",
    "wrapped_at",
)
_STATUS_ORDER = [
    "",
    "queued",
    "initiated",
    "ringing",
    "in-progress",
    "canceled",
    "busy",
    "no-answer",
    "failed",
    "completed",
]
_LATE_SECONDS = 2.0


def join(call: Call, **facts: Any) -> list[str]:
    """Take facts into the call (times, `carrier_status`, `carrier_seconds`, and texts that fill a gap).

    Returns the names of the fields that changed; saving is the caller's. None never overwrites.
    """
    before = {name: getattr(call, name) for name in [*facts, "state", "outcome", "ended_by"]}
    for name, value in facts.items():
        if value is not None:
            setattr(call, name, _joined(name, getattr(call, name), value))
    call.state, call.outcome, call.ended_by = state(call), outcome(call), ended_by(call)
    return [name for name, old in before.items() if getattr(call, name) != old]


def _joined(name: str, known: Any, new: Any) -> Any:
    if name in TIMES:
        return new if known is None else min(known, new)
    if name == "carrier_status":
        return max(known, new, key=_rank)
    if name == "carrier_seconds" or name in LATEST:
        return new if known is None else max(known, new)
    if name == "left_first":
        return "caller" if "caller" in (known, new) else known or new
    if name == "recovered":
        return known or new
    return known or new


def _rank(status: str) -> int:
    return _STATUS_ORDER.index(status) if status in _STATUS_ORDER else 0


def state(call: Call) -> str:  # noqa: PLR0911 - one answer a state
    if call.ended_at:
        return Call.State.ENDED
    if call.outside_at:
        return Call.State.CONNECTED
    if is_sent_on(call):
        return Call.State.SENT
    if in_line_again(call):
        return Call.State.VOICEMAIL if call.voicemail_at else Call.State.WAITING
    if call.answered_at:
        return Call.State.CONNECTED
    if call.callback_at:
        return Call.State.CALLBACK
    if call.voicemail_at:
        return Call.State.VOICEMAIL
    return Call.State.WAITING if call.queued_at else Call.State.ARRIVED


def in_line_again(call: Call) -> bool:
    """Whether an answered caller went back to the line and nobody has taken them since."""
    return call.returned_at is not None and (call.taken_at is None or call.taken_at < call.returned_at)


def is_sent_on(call: Call) -> bool:
    """Whether an outside telephone is rung for the caller, as far as is known."""
    return call.sent_at is not None and (call.sent_back_at is None or call.sent_back_at < call.sent_at)


def outcome(call: Call) -> str:
    """What became of a call that ended: answered by an operator beats called back beats answered outside beats turned
    away beats voicemail beats abandoned."""
    if not call.ended_at:
        return Call.Outcome.NONE
    if call.training and call.reached_at:  # somebody's own telephone, and it works
        return Call.Outcome.ANSWERED
    if call.is_unreached:
        return Call.Outcome.CANCELLED if call.refused == "cancelled" else Call.Outcome.UNREACHED
    if call.answered_at or call.callback_at:
        return Call.Outcome.ANSWERED if call.answered_at else Call.Outcome.CALLBACK
    return _unanswered(call)


def _unanswered(call: Call) -> str:
    if call.outside_at:
        return Call.Outcome.OUTSIDE
    if call.refused:
        return Call.Outcome.CLOSED if call.refused == "closed" else Call.Outcome.REJECTED
    if call.voicemail_at:
        return Call.Outcome.VOICEMAIL
    if call.carrier_status == "failed" and not call.queued_at:
        return Call.Outcome.FAILED
    return Call.Outcome.ABANDONED


def ended_by(call: Call) -> str:
    if not call.ended_at:
        return ""
    if call.left_first:
        return call.left_first
    if in_line_again(call) and not call.outside_at:
        return "system" if call.voicemail_at else "caller"
    if call.operator_left_at and call.operator_left_at < call.ended_at:
        return "operator"
    return "system" if call.refused or call.callback_at else "caller"


def moment(stamped: datetime | None, received: datetime) -> datetime:
    """When something happened: our own clock if the callback came at once, the carrier's stamp if it came late."""
    if stamped is None or abs((received - stamped).total_seconds()) <= _LATE_SECONDS:
        return received
    return min(stamped, received)
