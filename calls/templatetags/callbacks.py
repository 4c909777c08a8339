"""Callbacks in templates: masked as every caller, with the promise in the hotline's own time."""

from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from calls import callback_words
from calls.models import Call, Callback
from calls.numbers import mask

register = template.Library()
KINDS = {"done": "good", "failed": "bad", "ringing": "info", "connected": "brand"}


@register.simple_tag
def whom(callback: Callback) -> SafeString:
    """The name where the caller is known by the number that is called, and the masked number."""
    masked, call = mask(callback.number, Call.CallerKind.NUMBER), callback.call
    if call.caller is None or not call.caller.name or call.caller_number != callback.number:
        return format_html('<span class="number">{}</span>', masked)
    return format_html('{} <span class="number muted small">{}</span>', call.caller.name, masked)


@register.simple_tag
def promise(callback: Callback, at: datetime) -> str:
    """By when."""
    return callback_words.promise(callback, at)


@register.filter
def callback_kind(callback: Callback) -> str:
    """The colour of what became of a callback, for `badge`."""
    return KINDS.get(callback.state, "quiet")


@register.filter
def callback_word(callback: Callback) -> str:
    return callback_words.outcome(callback)


@register.simple_tag
def kept(callback: Callback, at: datetime) -> tuple[str, str]:
    """(word, kind of badge) of the promise: kept, not kept, or ("", "") while it is open or void."""
    held = callback.kept(at)
    return ("", "") if held is None else (_("kept"), "good") if held else (_("not kept"), "bad")


@register.simple_tag
def callback_line(call: Call, at: datetime) -> str:
    """What an operator must know of an outgoing call: that it is one, or "Callback, promised by 17:05"."""
    if call.is_called_out:
        return _("Outgoing call")
    if call.callback is None or call.hotline is None:
        return _("Callback")
    call.callback.hotline = call.hotline
    return _("Callback, promised %(by)s") % {"by": callback_words.promise(call.callback, at)}
