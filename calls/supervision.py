"""What supervisors did in a call, in plain words, and who may read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from calls.models import Attendance, Call, CallEvent, CallForHelp
from hotline.core import access
from operators.models import User

Kind = CallEvent.Kind
Way = Attendance.Way
ATTENDANCE = frozenset({Kind.ATTENDED, Kind.ATTENDANCE_OVER})


def shows_attendance(call: Call, user: Any) -> bool:
    """Whether a person may read who listened: supervisors always, others where the hotline shows it."""
    shown = call.hotline is None or call.hotline.listening_shown
    return shown or access.has_role(user, access.SUPERVISOR)


def named(events: "Iterable[CallEvent]") -> "list[CallEvent]":
    """The events with the names of the people in them as `data["person"]`; a query only if there are any."""
    events = list(events)
    ids = {event.data["user"] for event in events if event.data.get("user")}
    people = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}
    for event in events:
        if "user" in event.data:
            event.data = event.data | {"person": people.get(event.data["user"], _("a supervisor"))}
    return events


def in_words(way: str, person: Any) -> str:
    """What a supervisor does, as a sentence without its full stop."""
    return {
        Way.LISTEN: _("%(person)s is listening"),
        Way.WHISPER: _("%(person)s is whispering; the caller does not hear it"),
        Way.JOIN: _("%(person)s has joined the call"),
        Way.TAKE_OVER: _("%(person)s is taking the call over"),
    }[Way(way)] % {"person": person}


def company(call: Call) -> list[str]:
    """Who is in the call beside its operator, a sentence each, unless the hotline does not show it."""
    if call.hotline is None or not call.hotline.listening_shown:
        return []
    there = Attendance.objects.filter(call=call, left_at__isnull=True, joined_at__isnull=False)
    return [in_words(one.way, one.user) for one in there.select_related("user")]


@dataclass(frozen=True)
class InCalls:
    """Which supervisors are in which calls, as words, and in which calls help is asked for."""

    words: dict[UUID, str]
    help_asked: frozenset[UUID]


def in_calls(calls: Iterable[Call]) -> InCalls:
    """For supervisors: two queries for any number of calls, none for none."""
    ids = [call.pk for call in calls]
    if not ids:
        return InCalls({}, frozenset())
    there = Attendance.objects.filter(call__in=ids, left_at__isnull=True, joined_at__isnull=False)
    words: dict[UUID, str] = {}
    for one in there.select_related("user"):
        said = f"{one.user} {one.get_way_display()}"
        words[one.call_id] = f"{words[one.call_id]}, {said}" if one.call_id in words else said
    asked = CallForHelp.objects.filter(call__in=ids, ended_at__isnull=True).values_list("call", flat=True)
    return InCalls(words, frozenset(asked))


def asks_for_help(call: Call) -> bool:
    return CallForHelp.objects.filter(call=call, ended_at__isnull=True).exists()


def _attended(data: dict[str, Any], name: str) -> str:
    texts = {
        Way.LISTEN: _("%(person)s listened."),
        Way.WHISPER: _("%(person)s whispered to the operator."),
        Way.JOIN: _("%(person)s joined the call."),
    }
    return texts.get(data.get("way", ""), _("%(person)s came into the call.")) % {"person": data.get("person")}


def _over(data: dict[str, Any], name: str) -> str:
    if data.get("reason") in ("left", "hung up"):
        return _("%(person)s left the call.") % {"person": data.get("person")}
    return _("%(person)s was in the call to its end.") % {"person": data.get("person")}


def _taken_over(data: dict[str, Any], name: str) -> str:
    return _("%(person)s took the call over from %(name)s.") % {"person": data.get("person"), "name": name}


def _help(data: dict[str, Any], name: str) -> str:
    texts = {
        "asked": _("%(name)s called for a supervisor."),
        "came": _("%(person)s came to help."),
        "withdrawn": _("Help was not needed any more."),
    }
    return texts.get(data.get("what", ""), _("Nobody had come to help.")) % {"name": name, "person": data.get("person")}


def _moved(data: dict[str, Any], name: str) -> str:
    return _("%(person)s moved the call from %(was)s to %(to)s.") % {
        "person": data.get("person"), "was": data.get("was"), "to": data.get("to"),
    }  # fmt: skip


TEXTS: dict[str, Callable[[dict[str, Any], str], str]] = {
    Kind.ATTENDED: _attended,
    Kind.ATTENDANCE_OVER: _over,
    Kind.TAKEN_OVER: _taken_over,
    Kind.HELP: _help,
    Kind.MOVED: _moved,
}
