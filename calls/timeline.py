"""A call's journal in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from calls import passing_words, recording_words
from calls.lifeline import not_taken
from calls.models import Call, CallEvent
from operators.models import Operator

Kind = CallEvent.Kind
_HIDDEN = {Kind.CARRIER_STATUS}  # the carrier's own words stand in the details


@dataclass(frozen=True)
class Line:
    """One line of a call's story."""

    at: datetime
    kind: str
    text: str


def timeline(call: Call, *, details: bool = False) -> list[Line]:
    """What happened in a call, oldest first, in the reader's language; `details` adds the carrier's own words."""
    events = [event for event in call.events.all() if details or event.kind not in _HIDDEN]
    ids = {event.data.get("operator") for event in events if event.data.get("operator")}
    names = dict(Operator.objects.filter(pk__in=ids).values_list("pk", "display_name"))
    return [Line(event.at, event.kind, _text(event, names)) for event in events]


def _text(event: CallEvent, names: dict[int, str]) -> str:
    name = names.get(event.data.get("operator", 0), _("an operator"))
    if event.kind in (Kind.MISSED, Kind.DECLINED, Kind.WITHDRAWN):
        return _not_taken(event, name)
    if event.kind in passing_words.KINDS:
        return passing_words.text(event, name)
    if event.kind in recording_words.KINDS:
        return recording_words.text(event, name)
    if event.kind == Kind.TURNED_AWAY:
        return _turned_away(event.data.get("why", ""))
    if event.kind == Kind.ENDED:
        return _ended(event.data.get("by", ""))
    return _plain(event, name)


def _plain(event: CallEvent, name: str) -> str:
    data: dict[str, Any] = event.data
    texts = {
        Kind.ARRIVED: _("The call arrived."),
        Kind.GREETED: _("The caller heard the greeting."),
        Kind.QUEUED: _("The caller joined the queue."),
        Kind.KEY: _("The caller pressed %(digits)s.") % {"digits": data.get("digits", "")},
        Kind.OFFERED: _("It rang at %(name)s.") % {"name": name},
        Kind.ANSWERED: _("%(name)s answered.") % {"name": name},
        Kind.CONNECTED: _("Caller and operator were connected."),
        Kind.HELD: _("%(name)s put the caller on hold.") % {"name": name},
        Kind.RESUMED: _("The caller is off hold again."),
        Kind.OPERATOR_LEFT: _("%(name)s hung up.") % {"name": name},
        Kind.VOICEMAIL: _voicemail(data.get("why", "")),
        Kind.RECORDED: _("The caller left a message."),
        Kind.CARRIER_STATUS: _("The carrier said: %(status)s.") % {"status": data.get("status", "")},
        Kind.FALLBACK: _("The carrier could not reach us and took the way round."),
        Kind.NOTE: _("The operator hung up from the desk.")
        if data.get("what") == "hang_up"
        else _("The note was saved."),
        Kind.RECOVERED: _("Mended by comparing with the carrier's list."),
        Kind.REPLAY: _("A request was repeated; it changed nothing."),
    }
    return texts.get(Kind(event.kind), event.kind)


def _voicemail(why: str) -> str:
    return {
        "nobody": _("Nobody was signed on: the caller was led to voicemail."),
        "too long": _("Nobody came in time: the caller was led to voicemail."),
        "key": _("The caller chose voicemail."),
    }.get(why, _("The caller was led to voicemail."))


def _not_taken(event: CallEvent, name: str) -> str:
    reason = event.data.get("reason", "")
    if event.kind == Kind.DECLINED:
        return _("%(name)s declined.") % {"name": name}
    if event.kind == Kind.MISSED:
        why = {
            "no answer": _("did not answer"),
            "unreachable": _("could not be reached"),
            "not accepted": _("picked up but did not accept; perhaps a voicemail box"),
        }.get(reason, _("did not answer"))
        return _("%(name)s %(why)s.") % {"name": name, "why": why}
    why = not_taken(event.kind, reason)
    return _("It stopped ringing at %(name)s: %(why)s.") % {"name": name, "why": why}


def _turned_away(why: str) -> str:
    return {
        "closed": _("The call arrived while the hotline was closed; the caller was told so."),
        "full": _("The call arrived while all lines were taken; the caller heard the busy tone."),
        "blocked": _("The call was turned away: the caller is blocked."),
        "limit": _("The call was turned away: too many calls from this number within the hour."),
    }.get(why, _("The call arrived."))


def _ended(by: str) -> str:
    return {
        "caller": _("The caller hung up."),
        "operator": _("The call ended after the operator left."),
        "system": _("The call ended."),
    }.get(by, _("The call ended."))
