"""What only the wallboard shows: its bars, and callers without their names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from analytics.board import Board, Hour
from calls import numbers
from calls.models import Call
from desk.tiles import Tile

register = template.Library()
COLUMN, BAR, HEIGHT = 100, 76, 100  # an hour, its bar, the whole chart, in the drawing's own units
AT_LEAST_HOURS = 8
SMALLEST_SCALE = 4


@register.filter
def masked(call: Call) -> str:
    """A caller's number with most of it hidden, never a name: a board is read by whoever passes."""
    return numbers.mask(call.caller_number, call.caller_kind)


@register.filter
def day(board: Board) -> list[dict[str, Any]]:
    """The hours that the chart shows: those with calls or usual ones, and this one, at least eight in a row."""
    hours = list(board.hours)
    busy = [n for n, hour in enumerate(hours) if hour.counts.offered or hour.usual or _is_now(hour, board.at)]
    if not busy:
        return []
    first, last = busy[0], busy[-1]
    last = min(len(hours) - 1, max(last, first + AT_LEAST_HOURS - 1))
    first = max(0, min(first, last - AT_LEAST_HOURS + 1))
    return [_column(hour, board) for hour in hours[first : last + 1]]


def _column(hour: Hour, board: Board) -> dict[str, Any]:
    label = f"{timezone.localtime(hour.starts_at, board.zone):%H}"
    return {"hour": hour, "label": label, "now": _is_now(hour, board.at), "to_come": hour.starts_at > board.at}


def _is_now(hour: Hour, at: datetime) -> bool:
    return 0 <= (at - hour.starts_at).total_seconds() < 3600


@register.simple_tag
def day_chart(columns: list[dict[str, Any]], at: datetime) -> SafeString:
    """Bars of the calls of each hour, lost ones at the foot, with a line for the usual; a table says the same."""
    highest = max([SMALLEST_SCALE, *(max(c["hour"].counts.offered, c["hour"].usual or 0) for c in columns)])
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        (bar for place, column in enumerate(columns) for bar in _bars(place, column["hour"], highest)),
    )
    usual = " ".join(_usual(place, column["hour"], highest) for place, column in enumerate(columns))
    now = next(
        (place + (at - c["hour"].starts_at).total_seconds() / 3600 for place, c in enumerate(columns) if c["now"]), 0
    )
    return format_html(
        '<svg class="bars" viewBox="0 0 {0} {1}" preserveAspectRatio="none" aria-hidden="true">{2}'
        '<path class="usual" d="{3}"/><path class="moment" d="M{4} 0V{1}"/></svg>',
        COLUMN * len(columns),
        HEIGHT,
        bars,
        usual,
        round(COLUMN * now),
    )


def _bars(place: int, hour: Hour, highest: float) -> Iterator[tuple[str, int, float, int, float]]:
    foot = float(HEIGHT)
    for kind, number in (("lost", hour.counts.abandoned), ("others", hour.others), ("taken", hour.counts.answered)):
        height = round(HEIGHT * number / highest, 1)
        if height:
            foot = round(foot - height, 1)
            yield kind, COLUMN * place + (COLUMN - BAR) // 2, foot, BAR, height


def _usual(place: int, hour: Hour, highest: float) -> str:
    if hour.usual is None:
        return ""
    return f"M{COLUMN * place + 4} {round(HEIGHT * (1 - hour.usual / highest), 1)}h{COLUMN - 8}"


@register.simple_tag
def parts_bar(tile: Tile) -> SafeString:
    """A whole in its parts, as a thin bar; the words beside it say the same."""
    whole = sum(number for _kind, number in tile.parts) or 1
    drawn, x = [], 0.0
    for kind, number in tile.parts:
        width = round(HEIGHT * number / whole, 1)
        drawn.append((kind, round(x, 1), width))
        x += width
    rects = format_html_join("", '<rect class="tone-{}" x="{}" y="0" width="{}" height="4"/>', drawn)
    return format_html(
        '<svg class="parts" viewBox="0 0 {} 4" preserveAspectRatio="none" aria-hidden="true">{}</svg>', HEIGHT, rects
    )
