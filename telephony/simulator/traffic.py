"""A day of callers and operators from a seed: callers come at random, wait as long as they like, talk, and leave.

Arrivals are a Poisson process; patience and handling time are drawn anew for each caller from exponential
distributions. Every draw belongs to its caller, so that the same seed is the same day, whatever the application does.
"""

import asyncio
import random
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from telephony.simulator.devices import Device, Manner
from telephony.simulator.leg import Leg, new_sid

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange

_LONGEST_MESSAGE = 170.0  # seconds; a voicemail box is kept under its own limit


@dataclass
class Plan:
    """What a day is like. Times in carrier seconds."""

    number: str
    identities: list[str] = field(default_factory=list)  # the operators' browser telephones
    hours: float = 1.0
    calls: int = 0  # end after so many callers, whatever the hours; 0: by the hours
    calls_per_hour: float = 60.0
    patience: float = 120.0  # mean; 0: nobody ever loses patience
    handling: float = 180.0  # mean time of a conversation
    pick_up: float = 4.0  # mean time in which an operator picks up
    message: float = 20.0  # mean length of a message to the voicemail box
    operator_ends: float = 0.3  # share of conversations that the operator ends
    seed: int = 1

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Plan":
        """From what was asked for. Raises ValueError for a word or a number that makes no sense."""
        known = {each.name for each in fields(cls)}
        if wrong := set(facts) - known:
            raise ValueError(f"a day has no {', '.join(sorted(wrong))}; it has {', '.join(sorted(known))}")
        plan = cls(**facts)
        if not plan.number or plan.calls_per_hour <= 0 or plan.handling <= 0:
            raise ValueError("a day needs a number, calls and a handling time")
        return plan


@dataclass(frozen=True)
class Person:
    """One caller, drawn before the day begins."""

    comes: float  # seconds after the beginning
    caller: str
    patience: float
    handling: float
    message: float
    operator_ends: bool


def people(plan: Plan) -> list[Person]:
    """Everybody who will call, in order."""
    dice = random.Random(f"hotline:{plan.seed}")  # noqa: S311 - a day, not a secret
    found: list[Person] = []
    at = 0.0
    while not plan.calls or len(found) < plan.calls:
        at += dice.expovariate(plan.calls_per_hour / 3600)
        if not plan.calls and at > plan.hours * 3600:
            break
        found.append(
            Person(
                comes=at,
                caller=f"+479{dice.randrange(10**7):07d}",
                patience=dice.expovariate(1 / plan.patience) if plan.patience else 0.0,
                handling=dice.expovariate(1 / plan.handling),
                message=min(dice.expovariate(1 / plan.message), _LONGEST_MESSAGE) if plan.message else 0.0,
                operator_ends=dice.random() < plan.operator_ends,
            )
        )
    return found


class Hand(Manner):
    """Picks up each call in a time drawn for it; `after` is the mean."""

    dice: random.Random

    def pause(self) -> float:
        return self.dice.expovariate(1 / self.after) if self.after else 0.0


class Traffic:
    """A day under way on an exchange."""

    def __init__(self, exchange: "Exchange", plan: Plan) -> None:
        self.exchange, self.plan = exchange, plan
        self.people = people(plan)
        self.dialled = 0
        self.known: list[dict[str, Any]] = []  # of each caller who has gone, what the carrier knows
        self._going: set[asyncio.Task[None]] = set()
        self.over = False

    async def run(self) -> None:
        """Plug in the telephones, let everybody call, and wait until the last has gone."""
        desks = [self._desk(identity) for identity in self.plan.identities]
        began = self.exchange.clock.now()
        for person in self.people:
            gone = (self.exchange.clock.now() - began).total_seconds() * self.exchange.clock.speed
            await self.exchange.clock.sleep(person.comes - gone)
            self._dial(person)
        while self._going:
            await asyncio.wait(self._going)
        await self.exchange.clock.sleep(60)  # what is told a little later, such as a telephone put down
        await self.exchange.post.settle()
        for desk in desks:
            self.exchange.devices.detach(desk)
        self.over = True

    def _desk(self, identity: str) -> Device:
        hand = Hand(mode="answer", after=self.plan.pick_up)
        hand.dice = random.Random(f"{identity}:{self.plan.seed}")  # noqa: S311
        return self.exchange.devices.attach(Device(f"client:{identity}", hand, session=new_sid("TE")))

    def _dial(self, person: Person) -> None:
        patience = {"hang_up_at": "waiting", "patience": person.patience} if person.patience else {}
        leg = self.exchange.dial_in(self.plan.number, person.caller, **patience)
        self.dialled += 1
        task = self.exchange.spawn(self._attend(leg, person))
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def _attend(self, leg: Leg, person: Person) -> None:
        """A caller from the first ring until the call is over."""
        other = await self._behave(leg, person)
        await leg.over.wait()
        self.known.append(_known(leg, other))

    async def _behave(self, leg: Leg, person: Person) -> Leg | None:
        """A caller's side of the call: talk when somebody is there, leave a message after the tone, hang up.

        Returns the leg of whom they talked with.
        """
        seen = 0
        while leg.live:
            fresh, seen = leg.events[seen:], len(leg.events)
            kinds = {event["kind"] for event in fresh}
            if "joined" in kinds:
                return await self._talk(leg, person)
            if "tone" in kinds:
                await self.exchange.clock.sleep(person.message)
                self.exchange.hang_up(leg, "caller")
                return None
            await leg.news.wait()
        return None

    async def _talk(self, leg: Leg, person: Person) -> Leg | None:
        others = leg.peers()
        await self.exchange.clock.sleep(person.handling)
        if person.operator_ends and others:
            self.exchange.hang_up(others[0], "callee")
        else:
            self.exchange.hang_up(leg, "caller")
        return others[0] if others else None

    def facts(self) -> dict[str, Any]:
        return {
            "over": self.over,
            "planned": len(self.people),
            "dialled": self.dialled,
            "live": len(self._going),
            "now": self.exchange.clock.now().isoformat(),
        }


def _known(leg: Leg, other: Leg | None) -> dict[str, Any]:
    """When they came, waited, talked and left, and with whom."""
    first = {event["kind"]: event["at"] for event in reversed(leg.events)}
    ends = [each.ended_at for each in (leg, other) if each is not None and each.ended_at]
    return {
        "sid": leg.sid,
        "arrived_at": leg.created_at.isoformat(),
        "queued_at": first.get("queued"),
        "joined_at": first.get("joined"),
        "voicemail": any(event.get("result") == "leave" for event in leg.events),
        "parted_at": min(ends).isoformat() if other is not None and ends else None,
        "ended_at": leg.ended_at.isoformat() if leg.ended_at else None,
        "operator": other.to.removeprefix("client:") if other is not None else "",
    }
