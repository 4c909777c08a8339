"""What people do about callbacks: each act is audited, and refused with a sentence. Locks: the call first."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from calls.callbacks import OPEN, NotNow, close, withdraw_attempt
from calls.models import Call, Callback
from hotline.core.audit import record
from hotline.core.live import announce, wake_switchboard


def cancel(callback_id: uuid.UUID, *, by: Any, at: datetime) -> None:
    """Withdraw a promise. Raises NotNow while it is being kept, or when it is over."""
    with transaction.atomic():
        callback = _not_under_way(callback_id, [Callback.State.WAITING])
        if not withdraw_attempt(callback, at, why="cancelled"):
            raise NotNow(_("This callback is being made right now."))
        Callback.objects.filter(pk=callback.pk).update(attempt=None)
        close(callback, Callback.State.CANCELLED, "cancelled", at)
        record(by=by, verb="callback.cancelled", subject=f"callback {callback.pk}")


def call_now(callback_id: uuid.UUID, *, by: Any, at: datetime) -> None:
    """Make it the next of its line, also one that was given up. Raises NotNow while it is being made, or done."""
    with transaction.atomic():
        callback = _not_under_way(callback_id, [Callback.State.WAITING, Callback.State.FAILED])
        line = Call.objects.filter(hotline=callback.hotline_id, state=Call.State.WAITING, training=False)
        attempt = [callback.attempt_id] if callback.attempt_id else []
        highest = line.exclude(pk__in=attempt).aggregate(highest=Max("priority"))["highest"]
        priority = callback.priority if highest is None else max(callback.priority, highest + 1)
        Call.objects.filter(pk__in=attempt, ended_at=None).update(priority=priority)
        Callback.objects.filter(pk=callback.pk).update(priority=priority, next_try_at=at)
        if callback.state == Callback.State.FAILED:
            _reopen(callback)
        record(by=by, verb="callback.brought_forward", subject=f"callback {callback.pk}")
        announce("board", "calls", f"queue:{callback.hotline_id}", "callbacks")
        wake_switchboard()


def _reopen(callback: Callback) -> None:
    others = Callback.objects.filter(hotline=callback.hotline_id, number=callback.number, state__in=OPEN)
    if others.exists():
        raise NotNow(_("This number is promised another callback already."))
    Callback.objects.filter(pk=callback.pk).update(
        state=Callback.State.WAITING, outcome="", attempt=None, done_at=None, handled_at=None, handled_by=None
    )


def _not_under_way(callback_id: uuid.UUID, states: list[str]) -> Callback:
    """The callback in one of these states, locked after its try's call."""
    attempt = Callback.objects.filter(pk=callback_id).values("attempt")
    list(Call.objects.select_for_update().filter(pk__in=attempt))
    callback = Callback.objects.select_for_update().get(pk=callback_id)
    if callback.state in (Callback.State.RINGING, Callback.State.CONNECTED):
        raise NotNow(_("This callback is being made right now."))
    if callback.state not in states:
        raise NotNow(_("This callback is settled already."))
    return callback


def handled(callback_id: uuid.UUID, *, by: Any, at: datetime) -> None:
    """Somebody saw to a person who was not reached; told again it changes nothing."""
    own = Callback.objects.filter(pk=callback_id, state=Callback.State.FAILED, handled_at=None)
    if own.update(handled_at=at, handled_by=by):
        record(by=by, verb="callback.handled", subject=f"callback {callback_id}")
