"""Two weeks of callers and what became of them: a small simulation of the queue, from a fixed seed.

Callers come by the hour and weekday of the hotline, wait for the next operator at the telephone, and lose
patience. Nobody has two calls at once, so the register, the roster and the figures agree with each other.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hotline.demo.content import Service, Theme
from hotline.demo.roster import Diary

GREETING_SECONDS = 8
RING_SECONDS = 20
MAX_WAIT_SECONDS = 300
HOUR = timedelta(hours=1)


@dataclass
class Ring:
    """One offer of a call to an operator."""

    username: str
    at: datetime
    result: str  # accepted, missed, declined, withdrawn
    closed_at: datetime


@dataclass
class Story:
    """What happened to one caller."""

    service: Service
    arrived_at: datetime
    caller: str
    line: str
    queued_at: datetime | None = None
    rings: list[Ring] = field(default_factory=list)
    operator: str = ""
    answered_at: datetime | None = None
    voicemail_at: datetime | None = None
    ended_at: datetime | None = None
    wrapped_at: datetime | None = None
    ended_by: str = "caller"
    closed: bool = False
    theme: Theme | None = None

    @property
    def end(self) -> datetime:
        assert self.ended_at is not None
        return self.ended_at


def arrivals(service: Service, begins: datetime, until: datetime, chance: random.Random) -> Iterable[datetime]:
    """Poisson arrivals by the hotline's own hours and weekdays."""
    zone = ZoneInfo(service.time_zone)
    hour = begins.replace(minute=0, second=0, microsecond=0)
    while hour < until:
        local = hour.astimezone(zone)
        rate = service.hourly[local.hour] * service.weekday_share[local.weekday()]
        rate *= service.peaks.get((local.weekday(), local.hour), 1.0)
        at = hour
        while rate > 0 and (at := at + timedelta(hours=chance.expovariate(rate))) < hour + HOUR:
            if begins <= at < until:
                yield at
        hour += HOUR


class Exchange:
    """Plays the callers of all hotlines in order of arrival against the operators' diaries."""

    def __init__(self, services: list[Service], diaries: dict[str, Diary], seed: str) -> None:
        self.services = services
        self.diaries = diaries
        self.seed = seed
        self.chance = random.Random(seed)  # noqa: S311 - a play, not a secret
        epoch = datetime.min.replace(tzinfo=UTC)
        self.free_at = dict.fromkeys(diaries, epoch)
        self.staff = {
            s.slug: [p.username for other in services for p in other.people if other is s or s.slug in p.also]
            for s in services
        }
        self.regulars: dict[str, list[str]] = {s.slug: [self._new_caller(s) for _ in range(40)] for s in services}

    def play(self, begins: datetime, until: datetime) -> list[Story]:
        """Every call that began at `begins` or later and was all over by `until`."""
        due = []
        for service in self.services:
            own = random.Random(f"{self.seed} {service.slug}")  # noqa: S311 - a play, not a secret
            due += [(at, service) for at in arrivals(service, begins, until, own)]
        due.sort(key=lambda pair: pair[0])
        stories = [self._play_one(service, at) for at, service in due]
        return [s for s in stories if (s.wrapped_at or s.end) < until]

    def _play_one(self, service: Service, at: datetime) -> Story:
        line = service.numbers[0 if self.chance.random() < 0.8 else -1].number
        story = Story(service, at, self._caller(service), line)
        if not is_open(service, at):
            story.closed, story.ended_by = True, "system"
            story.ended_at = at + timedelta(seconds=14)
        elif self.chance.random() < 0.03:
            story.ended_at = at + timedelta(seconds=self.chance.uniform(2, GREETING_SECONDS))
        else:
            self._queue(story)
        return story

    def _queue(self, story: Story) -> None:
        story.queued_at = story.arrived_at + timedelta(seconds=GREETING_SECONDS)
        patience = (
            3.0 if self.chance.random() < 0.015 else min(12 + self.chance.expovariate(1 / 170), MAX_WAIT_SECONDS - 5)
        )
        leaves_message = self.chance.random() < 0.5
        gives_up = story.queued_at + timedelta(seconds=MAX_WAIT_SECONDS if leaves_message else patience)
        ready_at = story.queued_at
        while (found := self._next_operator(story.service, ready_at)) and found[1] < gives_up:
            username, rings_at = found
            if self._ring(story, username, rings_at, gives_up):
                return self._talk(story)
            if story.rings[-1].closed_at >= gives_up:
                break
            ready_at = story.rings[-1].closed_at
        if leaves_message:
            story.voicemail_at = gives_up
            story.ended_at = gives_up + timedelta(seconds=self.chance.uniform(18, 55))
        else:
            story.ended_at = gives_up

    def _next_operator(self, service: Service, at: datetime) -> tuple[str, datetime] | None:
        """Whoever is at the telephone first; among those, the longest idle."""
        best: tuple[datetime, datetime, str] | None = None
        for username in self.staff[service.slug]:
            free = self.diaries[username].free_from(max(at, self.free_at[username]))
            if free is not None and (best is None or (free, self.free_at[username], username) < best):
                best = (free, self.free_at[username], username)
        return (best[2], best[0]) if best else None

    def _ring(self, story: Story, username: str, at: datetime, gives_up: datetime) -> bool:
        """Ring one operator; True when they answer. Whoever misses a call is away for a while."""
        luck = self.chance.random()
        result, seconds = "accepted", self.chance.uniform(2, 9)
        if luck < 0.04:
            result, seconds = "missed", float(RING_SECONDS)
        elif luck < 0.055:
            result, seconds = "declined", 4.0
        closed = at + timedelta(seconds=seconds)
        if closed >= gives_up:
            result, closed = "withdrawn", gives_up
        story.rings.append(Ring(username, at, result, closed))
        self.free_at[username] = closed + timedelta(seconds=120 if result == "missed" else 5)
        return result == "accepted"

    def _talk(self, story: Story) -> None:
        ring = story.rings[-1]
        service, chance = story.service, self.chance
        story.operator, story.answered_at = ring.username, ring.closed_at
        talk = min(1500.0, max(20.0, chance.lognormvariate(0, 0.6) * service.talk_seconds * 0.83))
        story.ended_at = story.answered_at + timedelta(seconds=talk)
        story.wrapped_at = story.end + timedelta(seconds=chance.uniform(8, 55))
        story.ended_by = "operator" if chance.random() < 0.2 else "caller"
        story.theme = chance.choices(service.themes, [t.share for t in service.themes])[0]
        self.free_at[ring.username] = story.wrapped_at

    def _caller(self, service: Service) -> str:
        luck = self.chance.random()
        if luck < 0.06:
            return ""
        return self.chance.choice(self.regulars[service.slug]) if luck < 0.25 else self._new_caller(service)

    def _new_caller(self, service: Service) -> str:
        return service.caller_prefix + "".join(self.chance.choices("0123456789", k=service.caller_digits))


def is_open(service: Service, at: datetime) -> bool:
    """The demo's own reading of its simple hours; the real one is `lines.hours`."""
    if service.open_days == "always":
        return True
    local = at.astimezone(ZoneInfo(service.time_zone))
    return str(local.weekday()) in service.open_days and service.opens <= local.hour < service.closes
