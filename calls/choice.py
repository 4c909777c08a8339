"""Who gets which call, over plain values: the rule of `matching.py`, for simulations that ask it a million times.

The statement there decides; `tests/calls/test_choice.py` holds the two against each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Waiting:
    """A call that waits. `queued_at` is any point on a time line; `id` decides between equals."""

    id: Any
    queued_at: Any
    priority: int = 0
    hotline: Any = None
    skills: frozenset[str] = frozenset()
    language: str = "en"


@dataclass(frozen=True)
class Ready:
    """An operator who is ready. No languages: all of them."""

    id: Any
    idle_since: Any
    hotlines: frozenset[Any] = frozenset({None})
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


def can_take(operator: Ready, call: Waiting) -> bool:
    """Whether the operator serves the hotline, has the skills and speaks the language."""
    speaks = not operator.languages or call.language in operator.languages
    return speaks and call.hotline in operator.hotlines and operator.skills >= call.skills


def choose(waiting: Iterable[Waiting], ready: Iterable[Ready]) -> tuple[Waiting, Ready] | None:
    """The first call in line that anybody ready can take, and the longest idle of those who can; None: no such pair."""
    operators = sorted(ready, key=lambda each: (each.idle_since, each.id))
    if not operators:
        return None
    for call in sorted(waiting, key=lambda each: (-each.priority, each.queued_at, each.id)):
        for operator in operators:
            if can_take(operator, call):
                return call, operator
    return None
