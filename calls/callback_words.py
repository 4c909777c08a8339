"""Callbacks in words, for the register and for lists."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from calls.models import Callback


def story(data: dict[str, Any]) -> str:
    """One line of a call's journal about a callback."""
    texts = {
        "asked": _("The caller asked to be called back and keeps the place in the queue."),
        "begun": _("The promised callback is to be made."),
        "dialled": _("The promised number was dialled."),
        "called_again": _("The caller had been promised a callback, rang again, and has the place that was kept."),
        "again_later": _("Nobody was reached; it will be tried again."),
        "answered": _("The callback was made."),
        "not_reached": _("The callback was given up: nobody was reached."),
        "gave_up": _("The caller was called back and hung up before an operator came."),
        "cancelled": _("The callback was cancelled."),
        "limit": _("The day’s limit for outgoing calls is reached: the callback waits."),
        "not_allowed": _("The callback was given up: this number is not called any more."),
    }
    return texts.get(data.get("what", ""), _("A callback was promised."))


def outcome(callback: Callback) -> str:
    """What became of a callback, or what it is doing now."""
    texts = {
        "answered": _("called back"),
        "not_reached": _("not reached"),
        "not_allowed": _("number not called"),
        "gave_up": _("hung up before an operator came"),
        "called_again": _("rang again and was answered"),
        "cancelled": _("cancelled"),
    }
    if callback.state == Callback.State.WAITING and callback.again_id:
        return _("rang again, is on the line")
    return texts.get(callback.outcome) or str(callback.get_state_display())


def promise(callback: Callback, at: datetime) -> str:
    """ "by 17:05" in the hotline's zone, with the day where it is another."""
    local, now = callback.promised_by.astimezone(callback.hotline.zone), at.astimezone(callback.hotline.zone)
    shape = "H:i" if local.date() == now.date() else "D j M H:i"
    return _("by %(time)s") % {"time": date_format(local, shape)}
