"""Passing a call on, step by step, in plain words: for the journal of a call and for desks."""

from typing import Any

from django.utils.translation import gettext as _

from calls.models import Call, CallEvent, Transfer

Kind = CallEvent.Kind
KINDS = {Kind.PASSED_ON, Kind.CONSULTED, Kind.HANDED_OVER, Kind.NOT_TAKEN, Kind.RETURNED}


def text(event: CallEvent, name: str) -> str:
    """What an event says; `name` is the operator's who passed the call on."""
    data: dict[str, Any] = event.data
    words = {"name": name, "to": data.get("to") or "–"}
    if event.kind == Kind.PASSED_ON:
        return _passed_on(data, words)
    if event.kind == Kind.NOT_TAKEN:
        return not_taken(data.get("reason", ""), words["to"], cold=bool(data.get("cold")))
    if event.kind == Kind.CONSULTED and not data.get("held"):
        return _("%(to)s answered: %(name)s, %(to)s and the caller talk.") % words
    return {
        Kind.CONSULTED: _("%(to)s answered and talks with %(name)s; the caller waits on hold."),
        Kind.HANDED_OVER: _("%(name)s left the caller with %(to)s."),
        Kind.RETURNED: _("%(name)s was gone while the caller was on hold: the caller is the first in the line again."),
    }[Kind(event.kind)] % words


def _passed_on(data: dict[str, Any], words: dict[str, str]) -> str:
    if data.get("line"):
        return _("%(name)s passed the caller on to the front of the queue of %(to)s.") % words
    if data.get("cold"):
        return _("%(name)s passed the caller on to %(to)s.") % words
    return _("%(name)s asks %(to)s whether they take the call.") % words


def not_taken(reason: str, to: str, *, cold: bool) -> str:
    """Why a target did not take a call, and what follows from it for the caller."""
    why = why_not_taken(reason, to)
    if reason in ("caller left", "voicemail", "taken back"):
        return f"{why}."
    if cold:
        return _("%(why)s: the caller is the first in the line again.") % {"why": why}
    return _("%(why)s: the caller is back with the operator.") % {"why": why}


def why_not_taken(reason: str, to: str) -> str:
    """Why a target did not take a call."""
    texts = {
        "no answer": _("%(to)s did not answer"),
        "declined": _("%(to)s declined"),
        "busy": _("%(to)s was busy"),
        "unreachable": _("%(to)s could not be reached"),
        "not rung": _("%(to)s could not be rung"),
        "not accepted": _("At %(to)s somebody picked up but did not accept; perhaps a voicemail box"),
        "hung up": _("%(to)s hung up"),
        "taken back": _("The call was not passed on to %(to)s after all"),
        "caller left": _("The caller hung up before %(to)s took over"),
        "voicemail": _("The caller chose voicemail before %(to)s answered"),
    }
    return texts.get(reason, _("%(to)s did not take the call")) % {"to": to}


def now(transfer: Transfer, call: Call, operator_id: int) -> str:
    """What goes on, said to the operator who passes the call on or the colleague who is asked; "" once it is over."""
    words = {"to": transfer.to, "by": transfer.by.display_name}
    asks = transfer.by_id == operator_id
    if transfer.state == Transfer.State.FAILED and asks and not (call.operator_left_at or call.held_at):
        return _("%(why)s: you have the caller back.") % {"why": why_not_taken(transfer.reason, transfer.to)}
    if transfer.closed_at is not None:
        return ""
    if not asks:
        return _asked(transfer, call) % words
    if transfer.answered_at is None:
        return _("%(to)s is rung.") % words
    if call.held_at:
        return _("You talk with %(to)s; the caller is on hold.") % words
    return _("You, %(to)s and the caller talk.") % words


def _asked(transfer: Transfer, call: Call) -> str:
    if transfer.kind == Transfer.Kind.COLD:
        return _("%(by)s passes this caller on to you.")
    if transfer.answered_at is None:
        return _("%(by)s asks you about this call.")
    if call.held_at:
        return _("You talk with %(by)s; the caller is on hold.")
    return _("You, %(by)s and the caller talk.")
