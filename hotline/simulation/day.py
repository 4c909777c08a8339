"""One simulated day from beginning to end: the figures of both sides, what differs, how fast it went."""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from calls import reconciliation
from hotline.simulation.comparison import Comparison, compare
from hotline.simulation.stage import Stage
from hotline.simulation.world import NUMBER, World, build
from telephony.reconcile import compare_since

_STUCK_SECONDS = 90.0  # of the world, in which no time passed
# What goes wrong with `--faults`: every kind of callback, a share of them, all day long.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "lose", "on": "callback", "probability": 0.05, "times": 0},
    {"kind": "repeat", "on": "callback", "probability": 0.1, "count": 3, "times": 0},
    {"kind": "reorder", "on": "callback", "probability": 0.05, "times": 0},
    {"kind": "delay", "on": "callback", "probability": 0.03, "seconds": 3.0, "times": 0},
    {"kind": "repeat", "on": "webhook", "probability": 0.05, "count": 2, "times": 0},
)


@dataclass
class Wish:
    """What was asked for. Seconds, unless the name says otherwise."""

    hours: float = 8.0
    calls: int = 0
    calls_per_hour: float = 60.0
    operators: int = 5
    patience: float = 120.0
    handling: float = 180.0
    pick_up: float = 4.0
    wrap_up: int = 20
    voicemail_after: int = 240
    target: float = 20.0
    seed: int = 1
    speed: float = 0.0
    faults: bool = False
    calls_listed: bool = False  # each call's times in the result

    @classmethod
    def of(cls, facts: dict[str, Any]) -> "Wish":
        return cls(**{each.name: facts[each.name] for each in fields(cls) if each.name in facts})


def play(wish: Wish, home: Path) -> dict[str, Any]:
    """Build the world, let the day pass, reconcile, compare. Needs an empty, migrated database of its own."""
    identities = build(World(wish.operators, wish.wrap_up, wish.voicemail_after), at=timezone.now())
    with Stage(home, speed=wish.speed) as stage:
        control = stage.box.control
        for fault in FAULTS if wish.faults else ():
            control.fault(**fault)
        began, start = time.monotonic(), timezone.now()
        memory = list(_pass(stage, wish, identities))
        seconds, simulated = time.monotonic() - began, (timezone.now() - start).total_seconds()
        control.clear_faults()
        control.settle()
        _reconcile(start)
        known = control.call("GET", "/day/calls")
        latencies = control.call("GET", "/latencies")
        alarms = stage.alarms()
    found = compare(known, target=wish.target)
    told = _told(found) | {"seed": wish.seed, "hours": simulated / 3600, "seconds": seconds, "memory": memory}
    told |= {"speed": simulated / seconds, "webhooks": latencies, "alarms": alarms, "planned": len(known)}
    return told | ({"calls": known} if wish.calls_listed else {})


def _pass(stage: Stage, wish: Wish, identities: list[str]) -> Iterator[dict[str, Any]]:
    """Let the day begin and wait until it is over; the memory held on the way. Raises TimeoutError if time stops."""
    control = stage.box.control
    plan = {name: getattr(wish, name) for name in ("hours", "calls", "calls_per_hour", "patience", "handling", "seed")}
    control.call("POST", "/day", {**plan, "pick_up": wish.pick_up, "number": NUMBER, "identities": identities})
    moved, last, asked = time.monotonic(), "", -1
    while True:
        facts = control.call("GET", "/day")
        if facts["now"] != last:
            moved, last = time.monotonic(), facts["now"]
        if facts["dialled"] - asked >= 100 or facts["over"]:
            asked = facts["dialled"]
            yield {"calls": asked, **stage.memory()}
        if facts["over"]:
            return
        if time.monotonic() - moved > _STUCK_SECONDS:
            raise TimeoutError(f"time stands still at {last}: {control.state()['errors']} {stage.alarms()}")
        time.sleep(0.2)


def _reconcile(start: datetime) -> None:
    """As every night: the carrier's list against the register."""
    compare_since(start - timedelta(hours=1))
    reconciliation.free_phantoms(timezone.now())


def _told(found: Comparison) -> dict[str, Any]:
    return {
        "register": asdict(found.register),
        "carrier": asdict(found.carrier),
        "differences": found.differences(),
        "differing": found.differing,
        "mended": found.mended,
        "agree": found.agree,
    }


def run(wish: str, home: str) -> None:
    """Once, in the database that the environment names: `ground.py` made it a moment ago. Prints a line of JSON."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    told = play(Wish.of(json.loads(wish)), Path(home))
    sys.stdout.write(json.dumps(told) + "\n")
