"""Callers in templates: masked, always. The whole number is shown by the call's own page, once, with a reason."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from calls import numbers
from calls.lifeline import refusal_in_words
from calls.models import Call
from calls.numbers import mask, shown
from operators.chosen import choice

register = template.Library()
_NUISANCE = ("blocked", "limit", "gate")
DASH = SafeString("<i>—</i>")
OUTCOME_KINDS = {
    "answered": "good",
    "outside": "good",
    "abandoned": "bad",
    "voicemail": "warn",
    "failed": "bad",
    "unreached": "bad",
    "": "info",
}


@register.simple_tag
def number(call: Call, user: Any = None) -> SafeString:
    """A call's caller: the name where known, and the masked number."""
    masked = mask(call.caller_number, call.caller_kind)
    name = shown(call)
    if name == masked:
        return format_html('<span class="number">{}</span>', masked)
    return format_html('{} <span class="number muted small">{}</span>', name, masked)


@register.simple_tag
def forwarded_from(call: Call) -> str:
    """The telephone that sent the call on to us, masked."""
    return numbers.forwarded_from(call)


@register.filter
def outcome_kind(call: Call) -> str:
    """The colour of what became of a call, for `badge`."""
    return OUTCOME_KINDS.get(call.outcome, "quiet")


@register.filter
def outcome_word(call: Call) -> str:
    """What became of a call, or what it is doing now."""
    if call.is_called_out and call.outcome == Call.Outcome.CANCELLED:
        return _("not dialled")
    return str(call.get_outcome_display() if call.outcome else call.get_state_display())


@register.filter
def dash(value: Any) -> Any:
    """The value, or a dash that cards leave out."""
    return value if value not in (None, "") else DASH


@register.filter
def still_moves(call: Call) -> bool:
    """Whether a row of the list may change by itself: the call is not over, or its note is not saved yet."""
    return call.state != Call.State.ENDED or note_missing(call)


def note_missing(call: Call) -> bool:
    note = getattr(call, "note", None)
    return call.outcome == Call.Outcome.ANSWERED and not call.training and not (note and note.saved_at)


@register.filter
def marks(call: Call) -> list[tuple[str, str]]:
    """What is worth a second look, as words with the kind of a badge. For rows of `calls.register.rows`."""
    voicemail = getattr(call, "voicemail", None)
    found = [(refusal_in_words(call.refused), "quiet")] if call.refused in _NUISANCE else []
    if note_missing(call):
        found.append((_("note missing"), "warn"))
    if voicemail:
        found.append((_("message"), "quiet" if voicemail.handled_at else "warn"))
    if call.training:
        found.append((_("test call"), "info"))
    elif call.is_outgoing:
        found.append((_("outgoing") if call.is_called_out else _("callback"), "info"))
    if call.answered_at and (consent := getattr(call, "consent", None)):
        agreed = _("recorded, agreed") if consent.answer == "agreed" else _("recorded, announced")
        found.append((agreed if consent.allows else _("not recorded"), "quiet"))
    if call.again:  # type: ignore[attr-defined]  # annotated by `rows`
        found.append((_("called before"), "quiet"))
    if call.recovered:
        found.append((_("recovered"), "quiet"))
    return found


@register.simple_tag(takes_context=True)
def whose_clock(context: Any, call: Call) -> str:
    """The city of a call's time, where hotlines of several zones are in view: their clocks differ."""
    zones = {hotline.time_zone for hotline in choice(context["request"]).chosen}
    if len(zones) < 2 or call.hotline is None:
        return ""
    city = call.hotline.time_zone.rsplit("/", 1)[-1].replace("_", " ")
    return format_html('<span class="small muted zone">{}</span>', city)


@register.simple_tag
def clock_time(moment: datetime, zone: str) -> str:
    """A moment of a timeline to the second, in the call's zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M:%S}"
