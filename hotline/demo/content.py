"""The shapes in which the demo hotlines are described."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Person:
    """An operator: `week` has one letter a weekday, from Monday on, naming a working time of `hotline.demo.roster`."""

    username: str
    name: str
    phone: str
    week: str
    languages: tuple[str, ...]
    also: tuple[str, ...] = ()  # slugs of further hotlines served


@dataclass(frozen=True)
class Answer:
    question: str
    answer: str
    keywords: str = ""
    details: str = ""
    sensitive: bool = False


@dataclass(frozen=True)
class Office:
    name: str
    role: str
    phone: str
    email: str
    competence: str
    hours: str


@dataclass(frozen=True)
class Module:
    """A text module for notes."""

    name: str
    text: str


@dataclass(frozen=True)
class Theme:
    """A topic of the second level under `parent`: how often it is what a call is about, and what is noted of it."""

    parent: str
    name: str
    share: int
    summaries: tuple[str, ...]


@dataclass(frozen=True)
class Words:
    """What an operator reads aloud, in one language, on one occasion."""

    language: str
    occasion: str
    greeting: str
    closing: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    number: str
    kind: str
    lines: int
    terms: dict[str, Any] = field(default_factory=dict)  # of its tariff


@dataclass(frozen=True)
class Service:
    """One demo hotline with all that belongs to it. `hourly` is calls in each local hour of an ordinary Monday."""

    name: str
    slug: str
    organisation: str
    time_zone: str
    country: str
    languages: tuple[str, ...]
    colour: int
    greeting: str
    closed_message: str
    voicemail_message: str
    farewell: str
    numbers: tuple[Line, ...]
    open_days: str  # "always", or weekdays as digits: "01234"
    opens: int
    closes: int
    people: tuple[Person, ...]
    words: tuple[Words, ...]
    answers: tuple[Answer, ...]
    offices: tuple[Office, ...]
    themes: tuple[Theme, ...]
    hourly: tuple[float, ...]
    weekday_share: tuple[float, ...]
    talk_seconds: float
    caller_prefix: str
    caller_digits: int
    caller_names: tuple[str, ...]
    modules: tuple[Module, ...] = ()
    peaks: dict[tuple[int, int], float] = field(default_factory=dict)  # (weekday, hour) -> times as many calls
    recording_purpose: str = ""  # with one, calls are recorded after an announcement
    survey: bool = False
    rings_all: bool = False
    service_level_seconds: int = 20
    service_level_percent: int = 80
