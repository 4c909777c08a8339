"""What supervisors did in a call, in plain words, and who may read it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from calls.models import Attendance, Call, CallEvent
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
