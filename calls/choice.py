"""Who gets which call, over plain values: the rule of `matching.py`, for simulations that ask it a million times.

The statement there decides; `tests/calls/test_choice.py` holds the two against each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wishes:
    """What a hotline wishes of those who are rung: skills they should have, for how many seconds only those with them
    are rung, after how many any level will do (0: never), and whether the fewest calls of the day come first."""

    preferred: frozenset[str] = frozenset()
    preferred_for: float = 0
    level_for: float = 0
    fewest: bool = False


NO_WISHES = Wishes()


@dataclass(frozen=True)
class Waiting:
    """A call that waits. `queued_at` is any point on a time line; `id` decides between equals; `waited` is how many
    seconds it has waited at the hotline."""

    id: Any
    queued_at: Any
    priority: int = 0
    hotline: Any = None
    skills: frozenset[str] = frozenset()
    language: str = "en"
    waited: float = 0
    wishes: Wishes = NO_WISHES


@dataclass(frozen=True)
class Ready:
    """An operator who is ready. No languages: all of them. `marks` are the skills with all that they can be asked for
    as; none given: the bare skills. `rung_after` is for people of an agency alone: by hotline, after how many seconds
    they are rung now."""

    id: Any
    idle_since: Any
    hotlines: frozenset[Any] = frozenset({None})
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    marks: frozenset[str] | None = None
    rung_after: Mapping[Any, float] | None = field(default=None, hash=False)
    calls_today: int = 0

    def has(self, asked: frozenset[str]) -> bool:
        """Whether the skills are there, at the levels asked for."""
        return asked <= (self.skills if self.marks is None else self.marks)


def can_take(operator: Ready, call: Waiting) -> bool:
    """Whether the operator serves the hotline, has the skills, speaks the language and may be rung for it by now."""
    speaks = not operator.languages or call.language in operator.languages
    return speaks and call.hotline in operator.hotlines and _may(operator, call) and _skilled(operator, call)


def _skilled(operator: Ready, call: Waiting) -> bool:
    """What is asked for and what is preferred, as far as the waiting has not widened it."""
    wishes = call.wishes
    any_level = 0 < wishes.level_for <= call.waited
    bare = any_level and {each.partition(":")[0] for each in call.skills} <= operator.skills
    return (operator.has(call.skills) or bare) and (
        call.waited >= wishes.preferred_for or operator.has(wishes.preferred)
    )


def _may(operator: Ready, call: Waiting) -> bool:
    after = 0 if operator.rung_after is None else operator.rung_after.get(call.hotline)
    return after is not None and after <= call.waited


def choose(waiting: Iterable[Waiting], ready: Iterable[Ready]) -> tuple[Waiting, Ready] | None:
    """The first call in line that anybody ready can take, and who of those is rung first; None: no such pair.

    Those with what its hotline prefers come first, then those with the fewest calls where it wants it so, then whoever
    has been free longest.
    """
    operators = sorted(ready, key=lambda each: (each.idle_since, each.id))
    if not operators:
        return None
    for call in sorted(waiting, key=lambda each: (-each.priority, each.queued_at, each.id)):
        able = [operator for operator in operators if can_take(operator, call)]
        if able:
            return call, min(able, key=lambda each: _rank(each, call.wishes))
    return None


def _rank(operator: Ready, wishes: Wishes) -> tuple[bool, int]:
    """The order before that of idleness."""
    return not operator.has(wishes.preferred), operator.calls_today if wishes.fewest else 0
