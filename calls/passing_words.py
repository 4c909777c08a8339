"""Passing a call on, step by step, in plain words: for the journal of a call and for desks."""

from typing import Any

from django.utils.translation import gettext as _

from calls.models import CallEvent

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
        return _("%(name)s passed the caller on to the line of %(to)s, first in it.") % words
    if data.get("cold"):
        return _("%(name)s passed the caller on to %(to)s.") % words
    return _("%(name)s asks %(to)s whether they take the call.") % words


def not_taken(reason: str, to: str, *, cold: bool) -> str:
    """Why a target did not take a call, and what follows from it for the caller."""
    why = {
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
    }.get(reason, _("%(to)s did not take the call")) % {"to": to}
    if reason in ("caller left", "voicemail", "taken back"):
        return f"{why}."
    if cold:
        return _("%(why)s: the caller is the first in the line again.") % {"why": why}
    return _("%(why)s: the caller is back with the operator.") % {"why": why}
