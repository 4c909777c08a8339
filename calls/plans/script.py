"""The vocabulary of a plan, and how its JSON becomes frozen values.

    {"steps": [
        {"id", "kind": "language", "words": {code: text}, "keys": [{"key", "language"}], "default": code},
        {"id", "kind": "notice", "words"},
        {"id", "kind": "menu", "name", "words", "keys": [{"key", "name", …target}], "default": {…target}}],
     "waiting": {"position": bool, "expected": bool, "every": seconds, "words"},
     "ends": {"nobody": {…end}, "late": {…end, "after": seconds}, "closed": {…end}, "full": {…end}}}

A text is {"text", "sound"}: the name of a sound of ours, or words to be spoken. A target is {"to": "queue", "topic",
"skills", "priority"}, {"to": "menu", "menu"}, {"to": "hotline", "hotline"}, {"to": "voicemail"} or {"to": "answer",
"words"}. An end is {"to": "usual" | "voicemail" | "goodbye" | "hotline", "words", "hotline"} or {"to": "telephone",
"number", "name", "rings": seconds, "asks": bool, "then": "voicemail" | "goodbye" | "queue", "words"}.

Parsing forgives everything, because drafts are incomplete; `calls.plans.faults` says what is missing.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from calls.steps import Say, Sound

KEYS = "1234567890*#"
RULES = ("nobody", "late", "closed", "full")
TARGETS = ("queue", "menu", "hotline", "voicemail", "answer")
ENDS = ("usual", "voicemail", "goodbye", "hotline", "telephone")
THENS = ("voicemail", "goodbye", "queue")  # when an outside telephone does not take the caller; "queue" of "late" alone
KINDS = ("language", "notice", "menu")
PATIENCE = 300  # seconds
RINGS = 25  # seconds that an outside telephone rings
PRIORITIES = range(-5, 6)
_EVERY = 60


@dataclass(frozen=True)
class Words:
    """One thing to say, in each language."""

    texts: dict[str, str] = field(default_factory=dict)
    sounds: dict[str, str] = field(default_factory=dict)

    def has(self, language: str) -> bool:
        return bool(self.sounds.get(language) or self.texts.get(language, "").strip())

    def said(self, language: str) -> Say | Sound | None:
        """In `language`, else in the first one that has words; None if no one has."""
        for code in (language, *self.sounds, *self.texts):
            if self.sounds.get(code):
                return Sound(self.sounds[code], code)
            if self.texts.get(code, "").strip():
                return Say(self.texts[code].strip(), code)
        return None


@dataclass(frozen=True)
class Target:
    """Where a key leads."""

    to: str = "queue"
    menu: str = ""
    hotline: int | None = None
    topic: int | None = None
    skills: tuple[str, ...] = ()
    priority: int = 0
    words: Words = Words()


@dataclass(frozen=True)
class Choice:
    """A key of a menu, what it is called on screens, and where it leads."""

    key: str
    name: str
    target: Target


@dataclass(frozen=True)
class Notice:
    id: str
    words: Words
    kind: str = "notice"


@dataclass(frozen=True)
class Languages:
    id: str
    words: Words
    keys: tuple[tuple[str, str], ...]  # (key, language)
    default: str
    kind: str = "language"


@dataclass(frozen=True)
class Menu:
    id: str
    name: str
    words: Words
    keys: tuple[Choice, ...]
    default: Target | None
    kind: str = "menu"


Step = Notice | Languages | Menu


@dataclass(frozen=True)
class Waiting:
    """What is said in the queue, and every how many seconds."""

    position: bool = True
    expected: bool = True
    every: int = _EVERY
    words: Words = Words()


@dataclass(frozen=True)
class End:
    """What follows when nobody can answer; "usual" is what the hotline does without a plan."""

    to: str = "usual"
    words: Words = Words()
    hotline: int | None = None
    after: int = PATIENCE  # of "late" alone
    number: str = ""  # of an outside telephone, and what colleagues call it
    name: str = ""
    rings: int = RINGS
    asks: bool = True  # who answers there must press 1, which a voicemail box cannot
    then: str = "voicemail"


@dataclass(frozen=True)
class Plan:
    steps: tuple[Step, ...] = ()
    waiting: Waiting = Waiting()
    ends: dict[str, End] = field(default_factory=dict)

    @cached_property
    def menus(self) -> dict[str, Menu]:
        return {step.id: step for step in self.steps if isinstance(step, Menu)}

    def end(self, rule: str) -> End:
        return self.ends.get(rule) or End()


# --- from JSON ------------------------------------------------------------------------------------
def parse(content: Any) -> Plan:
    """A plan of whatever JSON there is."""
    content = _dict(content)
    steps = [_step(each) for each in map(_dict, _list(content.get("steps")))]
    ends = _dict(content.get("ends"))
    return Plan(
        steps=tuple(step for step in steps if step is not None),
        waiting=_waiting(_dict(content.get("waiting"))),
        ends={rule: _end(_dict(ends.get(rule))) for rule in RULES},
    )


def _step(raw: dict[str, Any]) -> Step | None:
    name, words, keys = _text(raw.get("id")), words_of(raw.get("words")), [_dict(key) for key in _list(raw.get("keys"))]
    if raw.get("kind") == "notice":
        return Notice(name, words)
    if raw.get("kind") == "language":
        pairs = tuple((_text(key.get("key")), _text(key.get("language"))) for key in keys)
        return Languages(name, words, pairs, _text(raw.get("default")))
    if raw.get("kind") == "menu":
        choices = tuple(Choice(_text(key.get("key")), _text(key.get("name")), _target(key)) for key in keys)
        default = _dict(raw.get("default"))
        return Menu(name, _text(raw.get("name")), words, choices, _target(default) if default.get("to") else None)
    return None


def _target(raw: dict[str, Any]) -> Target:
    return Target(
        to=_text(raw.get("to")),
        menu=_text(raw.get("menu")),
        hotline=_number(raw.get("hotline")),
        topic=_number(raw.get("topic")),
        skills=tuple(filter(None, map(_text, _list(raw.get("skills"))))),
        priority=_number(raw.get("priority")) or 0,
        words=words_of(raw.get("words")),
    )


def _waiting(raw: dict[str, Any]) -> Waiting:
    every = _number(raw.get("every"))
    return Waiting(
        position=raw.get("position", True) is True,
        expected=raw.get("expected", True) is True,
        every=_EVERY if every is None else every,
        words=words_of(raw.get("words")),
    )


def _end(raw: dict[str, Any]) -> End:
    after, rings = _number(raw.get("after")), _number(raw.get("rings"))
    return End(
        to=_text(raw.get("to")) or "usual",
        words=words_of(raw.get("words")),
        hotline=_number(raw.get("hotline")),
        after=PATIENCE if after is None else after,
        number=_text(raw.get("number")),
        name=_text(raw.get("name")),
        rings=RINGS if rings is None else rings,
        asks=raw.get("asks", True) is True,
        then=_text(raw.get("then", "voicemail")),
    )


def words_of(raw: Any) -> Words:
    entries = {str(code): _dict(entry) for code, entry in _dict(raw).items()}
    return Words(
        {code: _text(entry.get("text")) for code, entry in entries.items()},
        {code: _text(entry.get("sound")) for code, entry in entries.items()},
    )


def _dict(raw: Any) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def _list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else []


def _text(raw: Any) -> str:
    return raw if isinstance(raw, str) else ""


def _number(raw: Any) -> int | None:
    return raw if isinstance(raw, int) and not isinstance(raw, bool) else None
