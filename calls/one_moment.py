"""What counts as one moment where everybody is rung: several processes ring for one call, each at its own time."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

ONE_MOMENT = timedelta(seconds=0.5)


def together(things: Iterable[T], at: Callable[[T], datetime], alike: Callable[[T, T], bool]) -> Iterator[list[T]]:
    """Things in the order of time, in groups: what follows the first of a group within a moment and is `alike` the one
    before it."""
    group: list[T] = []
    for thing in things:
        if group and at(thing) - at(group[0]) <= ONE_MOMENT and alike(group[-1], thing):
            group.append(thing)
            continue
        if group:
            yield group
        group = [thing]
    if group:
        yield group
