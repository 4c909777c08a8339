"""A caller hangs up and is called back when their turn comes: asked for, tried, kept or not.

A callback keeps the place of the call in which it was asked for. Each try is an outgoing call of its own. With
"operator first" that call stands in the line in the caller's stead and is offered as any other; whoever takes it is
connected when the dialled telephone is picked up and a key is pressed. With "caller first" it is dialled when it is
the first of its line, and joins the line once a key was pressed. What became of a try is read from its call by `sweep`,
whichever way it ended, so that nothing is lost with a process. Locks: the call first, then the callback.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from calls import dialling, expected, matching, outward
from calls.facts import join
from calls.journal import note_event
from calls.models import Call, Callback, CallEvent, Instruction
from calls.news import tell
from calls.numbers import classify
from calls.offers import release_all
from calls.outbox import instruct
from calls.routing import stands
from hotline.core.live import announce, wake_switchboard
from lines.hours import opening
from lines.models import Hotline
from operators.models import Operator, Presence

PLACEHOLDER = "callback:"  # before the reference of an outgoing call that the carrier does not know yet
A_DAY = timedelta(days=1)
DAILY_LIMIT = 3
UNKNOWN_WAIT = timedelta(hours=1)  # what is promised while there is nothing to go by
LEAST_PROMISE = timedelta(minutes=5)
LIMIT_PAUSE = timedelta(minutes=1)  # until it is looked again whether the day's limit of calls outwards allows a try
STEP = timedelta(minutes=5)  # promised times are rounded up to it
OPEN = (Callback.State.WAITING, Callback.State.RINGING, Callback.State.CONNECTED)
LIVE = (Call.State.ARRIVED, Call.State.WAITING, Call.State.SENT, Call.State.CONNECTED)


class NotNow(Exception):
    """A callback that cannot be asked for or changed; the text is a sentence for a person."""


class Enough(NotNow):
    """The number was promised as many calls as one number gets in a day."""


# --- asked for by the caller ---------------------------------------------------------------------


def number_of(call: Call) -> str:
    """The number on which the caller can be called: keyed in, else their own if we may call it, else ""."""
    if call.callback_to:
        return call.callback_to
    if call.caller_kind != Call.CallerKind.NUMBER or call.hotline is None:
        return ""
    try:
        return dialling.callable_number(call.caller_number, dialling.country_of(call.hotline, call.dialled))
    except dialling.NotCallable:
        return ""


def key_in(call: Call, digits: str) -> str:
    """Remember the number that the caller typed. Raises dialling.NotCallable."""
    assert call.hotline is not None
    number = dialling.callable_number(digits, dialling.country_of(call.hotline, call.dialled))
    Call.objects.filter(pk=call.pk).update(callback_to=number)
    return number


def ask(call_id: uuid.UUID, *, at: datetime) -> Callback | None:
    """The caller confirmed: their place is kept by a callback and they need not wait on.

    Asked again it is the same callback, as is that of another call with the same number. None if the call does not
    wait any more or no number is known. Raises Enough.
    """
    with transaction.atomic():
        call = Call.objects.select_related("hotline").select_for_update(of=("self",)).get(pk=call_id)
        if call.callback_id:
            return call.callback
        number = number_of(call)
        if call.state != Call.State.WAITING or call.is_outgoing or call.training or not number or call.hotline is None:
            return None
        promised = Callback.objects.select_for_update().filter(hotline=call.hotline, number=number, state__in=OPEN)
        callback = promised.first() or _promise(call, call.hotline, number, at)
        Callback.objects.filter(pk=callback.pk, again=call).update(again=None)
        call.callback = callback
        join(call, callback_at=at)
        call.save(update_fields=["callback", "callback_at", "state", "outcome", "ended_by"])
        _journal(call, "asked", at, source="webhook", promised_by=callback.promised_by.isoformat())
        release_all(call, at=at, reason="callback")
        now = not call.hotline.callback_caller_first and callback.attempt_id is None
        if now and _may_be_dialled(callback, at):
            _stand_in_line(callback, call.hotline, at)
        tell(call, line_changed=True)
        announce("callbacks")
        wake_switchboard()
    matching.assign(at)
    return callback


def _promise(call: Call, hotline: Hotline, number: str, at: datetime) -> Callback:
    lately = Callback.objects.filter(number=number, asked_at__gt=at - A_DAY).count()
    if lately >= DAILY_LIMIT:
        raise Enough(_("This number was promised enough calls today."))
    assert call.queued_at is not None
    place = stands(call, hotline, at).position
    return Callback.objects.create(
        hotline=hotline, call=call, number=number, language=call.language, skills=call.skills, priority=call.priority,
        queued_at=call.queued_at, asked_at=at, next_try_at=at, promised_by=promised_time(hotline, place, at),
    )  # fmt: skip


def promised_time(hotline: Hotline, place: int, at: datetime) -> datetime:
    """By when the call at `place` will be called back: its expected wait, rounded up to five minutes of the clock; of
    the time after the next opening if it is closed by then."""
    seconds = expected.expected_wait(hotline, place, at)
    wait = UNKNOWN_WAIT if seconds is None else max(LEAST_PROMISE, timedelta(seconds=seconds))
    by = _rounded_up(at + wait)
    then = opening(hotline, by)
    return by if then.is_open or then.opens_at is None else _rounded_up(then.opens_at + wait)


def _rounded_up(moment: datetime) -> datetime:
    late = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not late else moment - late + STEP


def called_again(call: Call, *, at: datetime) -> Call:
    """Somebody to whom a callback is promised joined the line by themselves: they get the place that was kept, and are
    not dialled while they are on the line. Call for hotlines with callbacks, when a call was queued."""
    if call.caller_kind != Call.CallerKind.NUMBER or call.training:
        return call
    found = Callback.objects.filter(hotline=call.hotline_id, number=call.caller_number, state=Callback.State.WAITING)
    callback = found.first()
    if callback is None:
        return call
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call.pk)
        if call.state != Call.State.WAITING or not withdraw_attempt(callback, at, why="called again"):
            return call
        if not found.filter(pk=callback.pk, attempt=callback.attempt_id).update(again=call, attempt=None):
            return call
        join(call, queued_at=callback.queued_at)
        call.priority = max(call.priority, callback.priority)
        call.save(update_fields=["queued_at", "priority"])
        _journal(call, "called_again", at, source="webhook")
        tell(call, line_changed=True)
    return call


# --- tries ---------------------------------------------------------------------------------------


def _attempt(callback: Callback, hotline: Hotline, at: datetime, *, queued_at: datetime | None) -> Call:
    """The outgoing call of the next try. It takes none of the number's lines until it is dialled."""
    origin = Call.objects.get(pk=callback.call_id)
    call = Call(
        carrier_ref=f"{PLACEHOLDER}{uuid.uuid4()}", hotline=hotline, dialled=origin.dialled, callback=callback,
        direction=Call.Direction.OUTGOING, caller_number=callback.number, caller_kind=classify(callback.number)[0],
        caller_id=origin.caller_id if origin.caller_number == callback.number else None, language=callback.language,
        skills=callback.skills, priority=callback.priority, arrived_at=at,
    )  # fmt: skip
    join(call, queued_at=queued_at)
    call.save()
    callback.attempt = call
    callback.save(update_fields=["attempt"])
    _journal(call, "begun", at, asked_at=callback.asked_at.isoformat())
    return call


def _stand_in_line(callback: Callback, hotline: Hotline, at: datetime) -> None:
    call = _attempt(callback, hotline, at, queued_at=callback.queued_at)
    note_event(call, CallEvent.Kind.QUEUED, at=at, key="queued", source="switchboard", kept=True)
    tell(call, line_changed=True)


def dialled(call_id: uuid.UUID, *, at: datetime) -> None:
    """The carrier is being asked to dial."""
    with transaction.atomic():
        call = Call.objects.select_related("hotline").get(pk=call_id)
        tries = _tries(call.callback_id).count()
        own = Callback.objects.filter(pk__in=[call.callback_id])
        own.filter(state=Callback.State.WAITING).update(
            state=Callback.State.RINGING, attempts=tries, operator=call.operator_id
        )
        if _journal(call, "dialled", at):
            _tell(call)


def _tries(callback_id: uuid.UUID | None) -> "QuerySet[Call]":
    calls = Call.objects.filter(callback=callback_id, direction=Call.Direction.OUTGOING)
    return calls.exclude(refused="cancelled")


def still_on_the_line(call: Call) -> bool:
    """Whether the call in which the callback was asked for is not over yet."""
    asked = Call.objects.filter(callback=call.callback_id, direction=Call.Direction.INCOMING, ended_at=None)
    return asked.exists()


def know_ref(call_id: uuid.UUID, *, carrier_ref: str, at: datetime) -> bool:
    """The carrier's name of the dialled leg, from whoever says it first; the first such moment keeps the promise.
    False if the call has another."""
    own = Call.objects.filter(pk=call_id)
    if own.filter(carrier_ref__startswith=PLACEHOLDER).update(carrier_ref=carrier_ref):
        Callback.objects.filter(pk__in=own.values("callback"), tried_at=None).update(tried_at=at)
        return True
    return own.filter(carrier_ref=carrier_ref).exists()


def reached(call_id: uuid.UUID, *, at: datetime) -> Call:
    """Whoever picked up pressed a key: with an operator there they are connected, else they stand in the line."""
    with transaction.atomic():
        call = Call.objects.select_related("hotline").select_for_update(of=("self",)).get(pk=call_id)
        callback = Callback.objects.get(pk__in=[call.callback_id])
        if not call.ended_at and call.reached_at is None:
            join(call, reached_at=at, queued_at=callback.queued_at)
            call.save(update_fields=["reached_at", "queued_at", "state", "outcome", "ended_by"])
            note_event(call, CallEvent.Kind.REACHED, at=at, key="reached")
            Callback.objects.filter(pk=callback.pk, state__in=OPEN).update(state=Callback.State.CONNECTED)
            tell(call, operator_id=call.operator_id, line_changed=True)
    if call.state == Call.State.WAITING:
        matching.assign(at)
    return call


def withdraw_attempt(callback: Callback, at: datetime, *, why: str) -> bool:
    """End the try that still waits for an operator; False if it is under way already. Call in a transaction."""
    if callback.attempt_id is None:
        return True
    call = Call.objects.select_for_update().get(pk=callback.attempt_id)
    if call.ended_at:
        return True
    if call.state != Call.State.WAITING or call.reached_at:
        return False
    join(call, ended_at=at, refused="cancelled")
    call.ringing_until = None
    call.save()
    release_all(call, at=at, reason="callback withdrawn")
    note_event(call, CallEvent.Kind.ENDED, at=at, key="ended", source="switchboard", by="system", why=why)
    tell(call, line_changed=True)
    return True


# --- what the switchboard does every second ------------------------------------------------------


def sweep(at: datetime) -> int:
    """Settle tries that ended and begin those that are due; how many changed. One query while none is open."""
    changed = 0
    found = Callback.objects.filter(state__in=OPEN).select_related("hotline", "attempt", "again")
    for callback in found.order_by("-priority", "queued_at", "id"):
        with transaction.atomic():
            # Another switchboard may sweep too: whoever has the row does the work, the other passes it over.
            own = Callback.objects.select_for_update(skip_locked=True).filter(
                pk=callback.pk, state=callback.state, attempt=callback.attempt_id, again=callback.again_id
            )
            changed += bool(own.first() and _advance(callback, at))
    return changed


def _advance(callback: Callback, at: datetime) -> bool:
    attempt, again = callback.attempt, callback.again
    if again is not None:
        return again.ended_at is not None and _came_back(callback, again, at)
    if attempt is not None:
        return attempt.ended_at is not None and _settle(callback, attempt, at)
    if callback.next_try_at is None or callback.next_try_at > at or not opening(callback.hotline, at).is_open:
        return False
    return _begin(callback, at)


def _came_back(callback: Callback, again: Call, at: datetime) -> bool:
    """The call in which they rang by themselves is over: answered, the promise is void; else it stands as before."""
    if again.answered_at:
        close(callback, Callback.State.CANCELLED, "called_again", at, operator=again.operator_id)
    else:
        Callback.objects.filter(pk=callback.pk).update(again=None, next_try_at=at)
    return True


def _begin(callback: Callback, at: datetime) -> bool:
    talks = Call.objects.filter(
        caller_number=callback.number,
        hotline=callback.hotline,
        direction=Call.Direction.INCOMING,
        state__in=LIVE,
        training=False,
    ).first()
    if talks is not None:  # on the line at this moment: to dial would find it busy
        Callback.objects.filter(pk=callback.pk).update(again=talks)
        return True
    first = callback.hotline.callback_caller_first
    if first and not _turn_has_come(callback):
        return False
    if not _may_be_dialled(callback, at):
        return True
    if not first:
        _stand_in_line(callback, callback.hotline, at)
        wake_switchboard()
        return True
    call = _attempt(callback, callback.hotline, at, queued_at=None)
    instruct(Instruction.Kind.REACH, call_id=call.pk, at=at)
    return True


def _may_be_dialled(callback: Callback, at: datetime) -> bool:
    """Whether its next try may begin. At the limit of the day it waits on, and its promise may become late; a number
    that is not called any more is left for somebody to follow up."""
    origin = Call.objects.get(pk=callback.call_id)
    try:
        outward.may_dial(callback.hotline, callback.number, at, dialled=origin.dialled)
    except outward.Spent as spent:
        Callback.objects.filter(pk=callback.pk).update(next_try_at=at + LIMIT_PAUSE)
        if _journal(origin, "limit", at, tries=f"{at:%Y-%m-%d}", why=str(spent)):
            _tell(origin)
        return False
    except outward.Refused:
        close(callback, Callback.State.FAILED, "not_allowed", at)
        return False
    return True


def _turn_has_come(callback: Callback) -> bool:
    """Caller first: nobody stands before it, and there is somebody ready for each that is being dialled; or others
    wait behind it, who would otherwise pass it as soon as somebody becomes ready."""
    line = Call.objects.filter(hotline=callback.hotline_id, state=Call.State.WAITING, training=False)
    before = Q(priority__gt=callback.priority) | Q(priority=callback.priority, queued_at__lt=callback.queued_at)
    if line.filter(before).exists():
        return False
    serving = Operator.objects.filter(hotlines=callback.hotline_id, active=True, skill_marks__contains=callback.skills)
    serving = serving.filter(Q(languages=[]) | Q(languages__contains=[callback.language]))
    dialled = Callback.objects.filter(hotline=callback.hotline_id, state__in=OPEN, attempt__ended_at=None)
    dialled = dialled.filter(attempt__isnull=False, attempt__answered_at=None)
    ahead = dialled.count()
    if ahead < serving.filter(state=Presence.READY).count():
        return True
    working = serving.filter(state__in=expected.WORKING).exists()
    return not ahead and working and line.exists()


def _settle(callback: Callback, call: Call, at: datetime) -> bool:
    if call.outcome == Call.Outcome.ANSWERED:
        close(callback, Callback.State.DONE, "answered", call.ended_at or at, operator=call.operator_id)
    elif call.reached_at is not None:  # picked up, and went away again before an operator came
        close(callback, Callback.State.FAILED, "gave_up", call.ended_at or at)
    else:
        _try_later(callback, call, at)
    return True


def _try_later(callback: Callback, call: Call, at: datetime) -> None:
    """Nobody pressed a key: the next try in a while, or given up and left for somebody to follow up."""
    pauses, count = settings.CALLBACK_PAUSES_SECONDS, _tries(callback.pk).count()
    if count > len(pauses):
        Callback.objects.filter(pk=callback.pk).update(attempts=count)
        close(callback, Callback.State.FAILED, "not_reached", at)
        return
    until = at + timedelta(seconds=pauses[count - 1] if count else 0)
    Callback.objects.filter(pk=callback.pk).update(
        state=Callback.State.WAITING, attempt=None, attempts=count, next_try_at=until, operator=None
    )
    _journal(call, "again_later", at, next_try=until.isoformat())
    _tell(call)


def close(callback: Callback, state: str, outcome: str, at: datetime, *, operator: int | None = None) -> None:
    Callback.objects.filter(pk=callback.pk).update(
        state=state, outcome=outcome, done_at=at, next_try_at=None, operator=operator, again=None
    )
    origin = Call.objects.get(pk=callback.call_id)
    _journal(origin, outcome, at, tries=callback.attempts)
    _tell(origin)


# --- told ----------------------------------------------------------------------------------------


def _journal(call: Call, what: str, at: datetime, *, source: str = "switchboard", **data: Any) -> bool:
    key = f"callback:{what}:{data.get('tries', '')}"
    return note_event(call, CallEvent.Kind.CALLBACK, at=at, key=key, source=source, what=what, **data)


def _tell(call: Call) -> None:
    tell(call, operator_id=call.operator_id)
    announce("callbacks")
