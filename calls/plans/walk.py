"""A caller's way through a plan: a function of the plan and the keys pressed, and of nothing else.

Webhooks, the telephone beside the editor and the tests walk by it alike. Every way ends: each menu asks a few times,
all of them together a few dozen times, and what is left then leads to the queue.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from calls.plans.script import Languages, Menu, Notice, Plan, Target
from calls.steps import Say, Sound
from calls.words import word

SILENCES = 2  # so often a menu asks somebody who presses nothing
MISTAKES = 3  # and somebody who presses keys that lead nowhere
MOST = 25  # so many keys and silences, and the caller is let through
_THROUGH = Target("queue")

Heard = Say | Sound


@dataclass(frozen=True)
class Place:
    """Where a caller is: what they hear now, the language they chose, and either what asks them or the end."""

    words: tuple[Heard, ...]
    language: str
    asks: Languages | Menu | None
    end: Target | None
    chosen: str = ""  # what the last key is called on screens


def walk(plan: Plan, pressed: Iterable[str], language: str) -> Place:
    """Where a caller is after pressing `pressed`, in order; "" is having pressed nothing when asked."""
    way = _Way(plan, language)
    way.begin()
    for digits in pressed:
        if way.end is not None:
            break
        way.answer(digits)
    return Place(tuple(way.words), way.language, way.asks, way.end, way.chosen)


class _Way:
    def __init__(self, plan: Plan, language: str) -> None:
        self.plan, self.language = plan, language
        self.words: list[Heard] = []
        self.asks: Languages | Menu | None = None
        self.end: Target | None = None
        self.chosen = ""
        self.silences = self.mistakes = self.answers = 0

    def begin(self) -> None:
        self._from(0)

    def answer(self, digits: str) -> None:
        self.words, self.chosen, self.answers = [], "", self.answers + 1
        found = self._found(digits)
        if self.answers >= MOST and (found is None or found.to in ("menu", "answer")):
            self.end = _THROUGH
        elif found is not None:
            self.silences = self.mistakes = 0
            self._follow(found)
        else:
            self._missed(digits)

    def _found(self, digits: str) -> Target | None:
        if isinstance(self.asks, Languages):
            language = dict(reversed(self.asks.keys)).get(digits) if digits else None
            return None if language is None else Target("language", menu=language)
        for choice in self.asks.keys if self.asks else ():
            if digits and choice.key == digits:
                self.chosen = choice.name
                return choice.target
        return None

    def _missed(self, digits: str) -> None:
        """No key, or one that leads nowhere: asked again, then what the plan says of such callers."""
        if digits:
            self.mistakes += 1
        else:
            self.silences += 1
        if self.silences >= SILENCES or self.mistakes >= MISTAKES:
            self.silences = self.mistakes = 0
            self._by_default()
            return
        if digits:
            self.words.append(word("wrong_key", self.language))
        self._ask(self.asks)

    def _by_default(self) -> None:
        if isinstance(self.asks, Languages):
            self._follow(Target("language", menu=self.asks.default or self.language))
        elif self.asks is not None:
            target = self.asks.default
            self._follow(target if target and target.to != "answer" else _THROUGH)

    def _follow(self, target: Target) -> None:
        if target.to == "language":
            self.language = target.menu
            self._from(self._index() + 1)
        elif target.to == "menu":
            menu = self.plan.menus.get(target.menu)
            if menu is None or not menu.keys:
                self.end = _THROUGH
            else:
                self._ask(menu)
        elif target.to == "answer":
            self._say(target.words.said(self.language))
            self._ask(self.asks)
        else:
            self.end = target

    def _index(self) -> int:
        return next((n for n, step in enumerate(self.plan.steps) if step is self.asks), len(self.plan.steps))

    def _from(self, index: int) -> None:
        """On along the list: notices are said, the first step that asks is where the caller stays."""
        for step in self.plan.steps[index:]:
            if isinstance(step, Notice):
                self._say(step.words.said(self.language))
            elif step.keys:
                self._ask(step)
                return
        self.asks, self.end = None, _THROUGH

    def _ask(self, step: Languages | Menu | None) -> None:
        self.asks = step
        if isinstance(step, Languages):
            for _key, language in step.keys:
                self._say(step.words.said(language))
        elif step is not None:
            self._say(step.words.said(self.language))

    def _say(self, words: Heard | None) -> None:
        if words is not None:
            self.words.append(words)
