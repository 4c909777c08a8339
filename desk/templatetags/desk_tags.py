"""Small things that only the live screens show."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from analytics.board import Strip
from calls import numbers
from calls.models import Call, Note
from desk.lines import Line
from hotline.core.templatetags.components import STATES, badge, when
from lines.hours import Reason
from scheduling.models import Break, Shift

register = template.Library()
BAR = 1000  # the width of a shift bar in its own units
NEAR = 0.5  # share of the goal from which a wait is amber


@register.filter
def caller_shown(call: Call) -> str:
    """A caller's name where known, else the masked number."""
    return numbers.shown(call)


@register.filter
def outcome_shown(outcome: str) -> str:
    """The word for an outcome of a note."""
    return str(dict(Note.Outcome.choices).get(outcome, outcome))


@register.filter
def line_tone(line: Line, at: datetime) -> str:
    """Red when the longest wait is past the hotline's goal, amber from half of it, else quiet."""
    return _tone(line.since, line.goal_seconds, at)


@register.filter
def wait_tone(call: Call, at: datetime) -> str:
    """The same of one call and its hotline's goal."""
    return _tone(call.queued_at, call.hotline.service_level_seconds if call.hotline else 0, at)


def _tone(since: datetime | None, goal_seconds: int, at: datetime) -> str:
    if since is None:
        return "quiet"
    share = (at - since).total_seconds() / max(1, goal_seconds)
    return "bad" if share > 1 else "warn" if share > NEAR else "quiet"


@register.simple_tag
def shift_bar(shift: Shift, breaks: list[Break], at: datetime) -> SafeString:
    """A shift drawn as a bar with its breaks and the present moment; the list beside it says the same in words."""

    def x(moment: datetime) -> int:
        share = (moment - shift.starts_at) / (shift.ends_at - shift.starts_at)
        return round(BAR * min(1.0, max(0.0, share)))

    pauses = format_html_join("", '<rect class="pause" x="{}" y="0" width="{}" height="60"/>', _spans(breaks, x))
    return format_html(
        '<svg class="shift-bar" viewBox="0 0 {0} 60" preserveAspectRatio="none" role="img" aria-label="{1}">'
        '<rect class="work" x="0" y="0" width="{0}" height="60"/>{2}'
        '<rect class="moment" x="{3}" y="0" width="6" height="60"/></svg>',
        BAR,
        _("The shift, its breaks and the present moment"),
        pauses,
        min(x(at), BAR - 6),
    )


def _spans(breaks: list[Break], x: Any) -> list[tuple[int, int]]:
    return [(x(pause.starts_at), max(4, x(pause.ends_at) - x(pause.starts_at))) for pause in breaks]


@register.filter
def state_tone(state: str) -> str:
    """The tone of an operator's state, as the state component has it."""
    return STATES.get(state, ("", "quiet"))[1]


@register.simple_tag
def opening_word(strip: Strip, at: datetime) -> SafeString:
    """Open or closed, and until when, in the hotline's zone."""
    opening = strip.opening
    if opening.is_open:
        until = when(opening.closes_at, zone=strip.hotline.time_zone) if opening.closes_at else _("always")
        return format_html("{} <span>{}</span>", badge(_("open"), kind="good"), until)
    opens = when(opening.opens_at, zone=strip.hotline.time_zone) if opening.opens_at else ""
    word = _("closed by hand") if opening.reason == Reason.CLOSED_NOW else _("closed")
    return format_html("{} <span>{} {}</span>", badge(word), _("opens") if opens else "", opens)
