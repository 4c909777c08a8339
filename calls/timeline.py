"""A call's journal in plain words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from calls import callback_words, one_moment, overflow_words, passing_words, recording_words, supervision
from calls.lifeline import listed, not_taken
from calls.models import Call, CallEvent
from calls.numbers import forwarded_from
from calls.supervision import ATTENDANCE
from calls.words import language_name
from operators.models import Operator

Kind = CallEvent.Kind
_HIDDEN = frozenset({Kind.CARRIER_STATUS})  # the carrier's own words stand in the details


@dataclass(frozen=True)
class Line:
    """One line of a call's story."""

    at: datetime
    kind: str
    text: str


def timeline(call: Call, *, details: bool = False, attendance: bool = True, together: bool = False) -> list[Line]:
    """What happened in a call, oldest first, in the reader's language.

    `details` adds the carrier's own words; without `attendance` nothing is said of who listened (`shows_attendance`);
    `together` says in one line of several people what happened to them at once, where everybody was rung.
    """
    hidden = (frozenset() if details else _HIDDEN) | (frozenset() if attendance else ATTENDANCE)
    events = [event for event in call.events.all() if event.kind not in hidden]
    ids = {event.data.get("operator") for event in events if event.data.get("operator")}
    names = dict(Operator.objects.filter(pk__in=ids).values_list("pk", "display_name"))
    lines = []
    for same in one_moment.together(supervision.named(events), lambda event: event.at, _as_one if together else _alone):
        who = [names.get(event.data.get("operator", 0), _("an operator")) for event in same]
        lines.append(Line(same[0].at, same[0].kind, _text(same[0], listed(who), call)))
    return lines


def _alone(_before: CallEvent, _event: CallEvent) -> bool:
    return False


def _as_one(before: CallEvent, event: CallEvent) -> bool:
    """Whether what rings, or stops ringing, is told in one line; other events stand for themselves."""
    same = before.kind == event.kind and before.data.get("reason") == event.data.get("reason")
    return same and event.kind in (Kind.OFFERED, Kind.WITHDRAWN)


def _text(event: CallEvent, name: str, call: Call) -> str:
    if call.training and event.kind == Kind.ARRIVED:
        return _("A test call of the system began. It rings for no operator, and the figures leave it out.")
    if told := _of_a_part(event, name, call):
        return told
    if event.kind in (Kind.MISSED, Kind.DECLINED, Kind.WITHDRAWN):
        return _not_taken(event, name)
    if event.kind == Kind.TURNED_AWAY:
        return _tried(event.data) or _turned_away(event.data.get("why", ""))
    if event.kind == Kind.ENDED:
        return _ended("menu" if in_menu(call) else event.data.get("by", ""), outside=call.outside_at is not None)
    return _plain(event, name)


def _of_a_part(event: CallEvent, name: str, call: Call) -> str:  # noqa: PLR0911 - one answer a part
    """What the parts of the switchboard that have words of their own say of it, or ""."""
    if event.kind in supervision.TEXTS:
        return supervision.TEXTS[Kind(event.kind)](event.data, name)
    if event.kind in passing_words.KINDS:
        return passing_words.text(event, name)
    if event.kind in recording_words.KINDS:
        return recording_words.text(event, name)
    if event.kind == Kind.MENU:
        return _menu(event.data)
    if event.kind == Kind.FORWARDED:
        return _forwarded(event.data)
    if event.kind == Kind.OUTSIDE:
        return overflow_words.story(event.data)
    if event.kind == Kind.CONNECTED and call.outside_at and event.at >= call.outside_at:
        return _("Caller and outside telephone were connected.")
    if event.kind == Kind.ARRIVED and call.forwarded_from:
        return _from_office(event.data, call)
    withdrawn = event.kind == Kind.ENDED and event.data.get("why") in ("called again", "cancelled")
    return _("The callback was withdrawn before it was made.") if withdrawn else ""


def _plain(event: CallEvent, name: str) -> str:
    data: dict[str, Any] = event.data
    texts = {
        Kind.ARRIVED: _("The call arrived; the caller was asked to press a key.")
        if data.get("gate")
        else _("The call arrived."),
        Kind.GATE: _("The caller pressed %(digits)s instead of the key asked for.") % {"digits": data["digits"]}
        if data.get("digits")
        else _("No key was pressed; the caller was asked once more."),
        Kind.PRICE_SAID: _("The caller heard the price: %(words)s") % {"words": data.get("words", "")},
        Kind.GREETED: _("The caller heard the greeting."),
        Kind.QUEUED: _("The callback stands in the queue, at the place that was kept.")
        if data.get("kept")
        else _("The caller joined the queue."),
        Kind.KEY: _("The caller pressed %(digits)s.") % {"digits": data.get("digits", "")},
        Kind.OFFERED: _("It rang for %(name)s.") % {"name": name},
        Kind.ANSWERED: _("%(name)s answered.") % {"name": name},
        Kind.CONNECTED: _("Caller and operator were connected."),
        Kind.HELD: _("%(name)s put the caller on hold.") % {"name": name},
        Kind.RESUMED: _("The caller is off hold again."),
        Kind.OPERATOR_LEFT: _("%(name)s hung up.") % {"name": name},
        Kind.VOICEMAIL: _voicemail(data.get("why", "")),
        Kind.RECORDED: _("The caller left a message."),
        Kind.CALLBACK: callback_words.story(data),
        Kind.CALLED_OUT: _called_out(data, name),
        Kind.REACHED: _("The other side picked up.")
        if data.get("picked")
        else _("Somebody picked up and pressed a key."),
        Kind.CARRIER_STATUS: _("The carrier said: %(status)s.") % {"status": data.get("status", "")},
        Kind.FALLBACK: _("The carrier could not reach us and took the way round."),
        Kind.NOTE: _("The operator hung up from the desk.")
        if data.get("what") == "hang_up"
        else _("The note was saved."),
        Kind.RECOVERED: _("Mended by comparing with the carrier's list."),
        Kind.REPLAY: _("A request was repeated; it changed nothing."),
    }
    return texts.get(Kind(event.kind), event.kind)


def _called_out(data: dict[str, Any], name: str) -> str:
    if data.get("what") == "dialled":
        return _("The number was dialled.")
    if data.get("back"):
        return _("%(name)s calls this caller back.") % {"name": name}
    whom = data.get("whom") or _("a number")
    return _("%(name)s calls %(whom)s.") % {"name": name, "whom": whom}


def in_menu(call: Call) -> bool:
    """Whether a call ended in the menus of its plan."""
    at_gate = call.gated_at and not call.gate_passed_at
    went_on = call.queued_at or call.voicemail_at or call.sent_at or call.refused or at_gate
    return bool(call.plan_id and call.ended_at and not went_on)


def _menu(data: dict[str, Any]) -> str:
    """A key of the plan: what it was, and what it stands for."""
    digits, where = data.get("digits", ""), data.get("menu") or _("the menu")
    if not digits:
        return _("No key was pressed in %(menu)s.") % {"menu": where}
    if data.get("language"):
        named = language_name(data["language"])
        return _("The caller pressed %(digits)s and chose %(language)s.") % {"digits": digits, "language": named}
    if not data.get("word"):
        return _("The caller pressed %(digits)s in %(menu)s.") % {"digits": digits, "menu": where}
    chosen = {"digits": digits, "menu": where, "word": data["word"]}
    return _("The caller pressed %(digits)s in %(menu)s: %(word)s.") % chosen


def _forwarded(data: dict[str, Any]) -> str:
    to = {"hotline": data.get("hotline", "")}
    return {
        "nobody": _("Nobody was signed on: the caller was sent on to %(hotline)s."),
        "too long": _("Nobody came in time: the caller was sent on to %(hotline)s."),
        "closed": _("It was closed: the caller was sent on to %(hotline)s."),
        "full": _("All lines were taken: the caller was sent on to %(hotline)s."),
    }.get(data.get("why", ""), _("The caller chose %(hotline)s.")) % to


def _voicemail(why: str) -> str:
    return {
        "menu": _("The caller chose voicemail in the menu."),
        "closed": _("It was closed: the caller was led to voicemail."),
        "full": _("All lines were taken: the caller was led to voicemail."),
        "nobody": _("Nobody was signed on: the caller was led to voicemail."),
        "too long": _("Nobody came in time: the caller was led to voicemail."),
        "key": _("The caller chose voicemail."),
        "outside": _("Nobody took it there: the caller was led to voicemail."),
    }.get(why, _("The caller was led to voicemail."))


def _not_taken(event: CallEvent, name: str) -> str:
    reason = event.data.get("reason", "")
    if event.kind == Kind.DECLINED:
        return _("%(name)s declined.") % {"name": name}
    if event.kind == Kind.MISSED:
        why = {
            "no answer": _("did not answer"),
            "unreachable": _("could not be reached"),
            "own number": _("was not rung: their telephone is a number of our own"),
            "not accepted": _("picked up but did not accept; perhaps a voicemail box"),
        }.get(reason, _("did not answer"))
        return _("%(name)s %(why)s.") % {"name": name, "why": why}
    why = not_taken(event.kind, reason)
    return _("It stopped ringing at %(name)s: %(why)s.") % {"name": name, "why": why}


def _tried(data: dict[str, Any]) -> str:
    return _("Nobody took it there: the caller was told so.") if data.get("tried") else ""


def _from_office(data: dict[str, Any], call: Call) -> str:
    """The call did not dial us: another telephone sent it here."""
    telephone = {"number": forwarded_from(call)}
    if data.get("gate"):
        return _("The call arrived, forwarded from %(number)s; the caller was asked to press a key.") % telephone
    return _("The call arrived, forwarded from the office telephone %(number)s.") % telephone


def _turned_away(why: str) -> str:
    return {
        "closed": _("The call arrived while the hotline was closed; the caller was told so."),
        "full": _("The call arrived while all lines were taken; the caller heard the busy tone."),
        "blocked": _("The call was turned away: the caller is blocked."),
        "limit": _("The call was turned away: too many calls from this number within a short time."),
        "nobody": _("Nobody was signed on; the caller was told so."),
        "late": _("Nobody came in time; the caller was told so."),
        "gate": _("The call was turned away: the caller pressed no key, as machines do not."),
    }.get(why, _("The call arrived."))


def _ended(by: str, *, outside: bool = False) -> str:
    if outside and by == "operator":
        return _("The call ended after the outside telephone had hung up.")
    return {
        "menu": _("The caller hung up in the menu."),
        "caller": _("The caller hung up."),
        "operator": _("The call ended after the operator left."),
        "system": _("The call ended."),
    }.get(by, _("The call ended."))
