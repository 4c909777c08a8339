"""The guided first call: one hint at a time, on the desk and beside the telephones, from ready to the register.

How far a person is follows from facts (presence, the call, its note), so it is right after a reload, on both screens
and in any order of doing things. Kept are only when it began, when the call was looked up, and when it was closed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from calls.models import Call
from operators.models import Operator, Presence
from telephony.models import Guide

AT_WORK = (Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP)


@dataclass(frozen=True)
class Step:
    """One thing to do, said for either screen."""

    name: str
    title: str | Promise
    on_desk: str | Promise
    on_telephones: str | Promise


STEPS = (
    Step(
        "ready",
        _("Go ready on the desk"),
        _("Press “Go ready”. A test ring sounds, and your browser may ask whether it may notify you."),
        _("Calls ring only where somebody is ready. Go ready on your desk first."),
    ),
    Step(
        "call",
        _("Call your own hotline"),
        _("Open a telephone beside this page, and press Call on it."),
        _("Press Call on telephone 1: it dials a hotline of yours."),
    ),
    Step(
        "answer",
        _("Answer on the desk"),
        _("It rings here in a moment. Press Answer, or the Enter key."),
        _("Below you read what the caller hears. Your desk rings: answer there."),
    ),
    Step(
        "talk",
        _("Talk, then hang up"),
        _("Say the greeting; script, answers and contacts stand beside the call. Then hang up, here or there."),
        _("Say something by typing; it appears on the desk. Then hang up, here or there."),
    ),
    Step(
        "note",
        _("Save the note"),
        _("Choose a topic, write a sentence, and press “Save & done”. That ends the wrap-up too."),
        _("On the desk: choose a topic, write a sentence, and save."),
    ),
    Step(
        "register",
        _("See it in the register"),
        _("Every call is there with its whole course, and can be found by number, name and word."),
        _("Every call is there with its whole course, and can be found by number, name and word."),
    ),
)


@dataclass(frozen=True)
class Standing:
    """How far somebody is: `number` from 1, or `step` None when all is done, after `seconds`."""

    number: int
    step: Step | None
    call: Call | None
    seconds: float = 0.0

    @property
    def of(self) -> int:
        return len(STEPS)

    @property
    def done(self) -> int:
        return self.number - 1


def standing(user: Any) -> Standing | None:
    """How far a person is, or None when no guide is shown. The demonstration shows it until it is closed."""
    operator = _operator(user)
    if operator is None:
        return None
    guide = Guide.objects.filter(user=user).first()
    if guide is None and not settings.DEMO:
        return None
    if guide is not None and guide.closed_at:
        return None
    began = guide.started_at if guide else user.last_login
    if began is None:
        return None
    call = _call(operator, began)
    if guide is not None and guide.looked_up_at:
        return Standing(len(STEPS) + 1, None, call, (guide.looked_up_at - guide.started_at).total_seconds())
    number = _number(operator, call, began)
    return Standing(number, STEPS[number - 1], call)


def offered(user: Any) -> bool:
    """Whether a person could begin: an operator to whom no guide is shown."""
    return _operator(user) is not None and standing(user) is None


def _operator(user: Any) -> Operator | None:
    return Operator.objects.filter(user=user, active=True).first() if user.is_authenticated else None


def _call(operator: Operator, began: datetime) -> Call | None:
    """The call the guide is about: answered since it began, and best one whose note is saved."""
    own = Call.objects.filter(operator=operator, arrived_at__gte=began, answered_at__isnull=False, training=False)
    return own.select_related("note").order_by(F("note__saved_at").desc(nulls_last=True), "-answered_at").first()


def _number(operator: Operator, call: Call | None, began: datetime) -> int:
    if call is not None:
        note = getattr(call, "note", None)
        if note is not None and note.saved_at:
            return 6
        return 5 if call.ended_at else 4
    if operator.state not in AT_WORK:
        return 1
    served = operator.hotlines.through.objects.filter(operator=operator).values("hotline_id")
    rings = Call.objects.filter(hotline_id__in=served, arrived_at__gte=began, training=False).exclude(
        state=Call.State.ENDED
    )
    return 3 if rings.exists() else 2


def start(user: Any, *, at: datetime) -> None:
    """Begin, or begin again."""
    Guide.objects.update_or_create(user=user, defaults={"started_at": at, "looked_up_at": None, "closed_at": None})


def close(user: Any, *, at: datetime) -> None:
    """Put it away; it comes back only when it is asked for."""
    _keep(user, at=at, closed_at=at)


def look_up(user: Any, *, at: datetime) -> Call | None:
    """Note that the call of the guide is being opened in the register, and say which it is."""
    shown = standing(user)
    if shown is None or shown.call is None:
        return None
    _keep(user, at=at, looked_up_at=at)
    return shown.call


def _keep(user: Any, *, at: datetime, **facts: datetime) -> None:
    Guide.objects.update_or_create(
        user=user, defaults=facts, create_defaults={"started_at": user.last_login or at, **facts}
    )
