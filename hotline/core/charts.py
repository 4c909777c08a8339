"""The geometry of charts: numbers become rectangles and lines of an SVG, in units of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH, HEIGHT = 640, 220
LEFT, TOP, BOTTOM = 40, 12, 26
MOST_LABELS = 12
Value = float | None


@dataclass(frozen=True)
class Series:
    """One row of numbers. `tone` is a state's name or "brand"; a None is a gap, never a zero."""

    name: Any
    values: Sequence[Value]
    tone: str = "brand"


@dataclass(frozen=True)
class Chart:
    """What a chart shows. The same numbers stand in the table behind it; bars of several series stand on each other."""

    title: Any
    labels: Sequence[Any]
    series: Sequence[Series]
    unit: Any = ""
    goal: float | None = None
    now: int | None = None  # the place of the present moment among the labels
    corner: Any = ""  # what the labels are: "hour", "day"

    @property
    def rows(self) -> list[tuple[Any, list[Value]]]:
        """The table: a label, and the value of each series there."""
        return [(label, [row.values[n] for row in self.series]) for n, label in enumerate(self.labels)]

    @property
    def empty(self) -> bool:
        return all(value is None for row in self.series for value in row.values)


@dataclass(frozen=True)
class Drawing:
    """Shapes for the template, and the labels that have room."""

    chart: Chart
    shapes: list[dict[str, Any]]
    ticks: list[tuple[float, str]] = field(default_factory=list)
    grid: list[tuple[float, str]] = field(default_factory=list)
    goal_y: float | None = None
    now_x: float | None = None
    box: str = f"0 0 {WIDTH} {HEIGHT}"
    left: int = LEFT
    right: int = WIDTH
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def rounded_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, … at or above a value."""
    step = 1.0
    while True:
        for factor in (1, 1.5, 2, 3, 4, 5, 6, 8):
            if step * factor >= value:
                return step * factor
        step *= 10


def _slot(chart: Chart) -> float:
    return (WIDTH - LEFT) / max(1, len(chart.labels))


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP), 1)


def _x(chart: Chart, place: int) -> float:
    return round(LEFT + (place + 0.5) * _slot(chart), 1)


def _around(chart: Chart, top: float) -> dict[str, Any]:
    every = -(-len(chart.labels) // MOST_LABELS) or 1
    return {
        "ticks": [(_x(chart, n), str(label)) for n, label in enumerate(chart.labels) if n % every == 0],
        "grid": [(_y(top * share, top), f"{top * share:g}") for share in (0, 0.5, 1)],
        "goal_y": _y(chart.goal, top) if chart.goal is not None else None,
        "now_x": _x(chart, chart.now) if chart.now is not None else None,
    }


def bars(chart: Chart) -> Drawing:
    """One bar for each label, its series standing on each other."""
    stacks = [sum(row.values[n] or 0 for row in chart.series) for n in range(len(chart.labels))]
    top = rounded_up(max([*stacks, chart.goal or 0, 1]))
    shapes = [shape for place in range(len(chart.labels)) for shape in _stack(chart, place, top)]
    return Drawing(chart, shapes, **_around(chart, top))


def _stack(chart: Chart, place: int, top: float) -> Iterator[dict[str, Any]]:
    width, below = round(min(_slot(chart) * 0.72, 56), 1), 0.0
    for row in chart.series:
        value = row.values[place]
        if not value:
            continue
        y, foot = _y(below + value, top), _y(below, top)
        size = {"x": round(_x(chart, place) - width / 2, 1), "y": y, "width": width, "height": round(foot - y, 1)}
        yield size | {"tone": row.tone, "title": f"{chart.labels[place]}: {row.name} {value:g}{chart.unit}"}
        below += value


def lines(chart: Chart) -> Drawing:
    """One line for each series, broken where nothing was measured."""
    known = [value for row in chart.series for value in row.values if value is not None]
    top = rounded_up(max([*known, chart.goal or 0, 1]))
    shapes = [
        {"points": " ".join(f"{_x(chart, n)},{_y(value, top)}" for n, value in part), "tone": row.tone, "dash": n}
        for n, row in enumerate(chart.series)
        for part in unbroken(row.values)
    ]
    return Drawing(chart, shapes, **_around(chart, top))


def unbroken(values: Sequence[Value]) -> list[list[tuple[int, float]]]:
    """The stretches without a gap, each as (place, value); one value alone makes a dot."""
    parts: list[list[tuple[int, float]]] = []
    for place, value in enumerate(values):
        if value is None:
            continue
        if parts and parts[-1][-1][0] == place - 1:
            parts[-1].append((place, value))
        else:
            parts.append([(place, value)])
    return parts


def spark(values: Sequence[Value], width: int = 120, height: int = 28) -> list[str]:
    """Points of a small line without axes, one string for each unbroken stretch."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=1)
    step, reach = (width - 4) / max(1, len(values) - 1), (high - low) or 1

    def point(place: int, value: float) -> str:
        return f"{round(2 + place * step, 1)},{round(height - 3 - (value - low) / reach * (height - 6), 1)}"

    return [" ".join(point(*each) for each in part) for part in unbroken(values)]
