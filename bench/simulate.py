"""Simulated hours: how much faster than the world they pass, whether register and carrier agree, what the memory does,
and whether the whole application lands on Erlang's A formula."""

import time
from typing import Any

from bench.ground import Ground

CALLS, OPERATORS = 600, 60
HANDLING = 300.0
LONG = 5_000  # calls over which memory is watched, and Erlang A is looked for
RATE = 20.0  # times the world's speed, where the clock does not wait for anybody
# A row of published truth (docs/simulate.md): 20 calls in 1800 s, 240 s each, three operators, patience 90 s.
ERLANG = {"calls_per_hour": 40.0, "handling": 240.0, "operators": 3, "patience": 90.0, "target": 20.0}
EXACT = {"abandoned": 0.232006722, "mean_wait": 20.8806049, "service_level": 0.633903107}


def run(ground: Ground, *, calls: int = LONG) -> dict[str, Any]:
    return {
        "an hour of 600 calls, 60 operators": _hour(faults=False),
        "the same with faults": _hour(faults=True),
        f"at {RATE:.0f} times the world's speed, the clock not waiting": _under_load(),
        **_long(calls),
    }


def _hour(*, faults: bool) -> dict[str, Any]:
    """On the virtual clock: as fast as the work is done."""
    from hotline.simulation.ground import simulate

    told = simulate(
        {"calls": CALLS, "calls_per_hour": CALLS, "operators": OPERATORS, "handling": HANDLING, "faults": faults}
    )
    hooks = told["webhooks"]
    return {
        "times the world's speed": told["speed"],
        "seconds": told["seconds"],
        "webhooks": hooks["count"],
        "webhook p99 ms": hooks["p99"],
        "differences": sum(map(abs, told["differences"].values())) + len(told["differing"]),
        "alarms": len(told["alarms"]),
        "mended": told["mended"],
    }


def _under_load() -> dict[str, Any]:
    """The same hour at a set speed: requests come when they come, several at once, and machine time counts twentyfold."""
    import tests.system
    from hotline.simulation.world import NUMBER, World, build

    tests.system.SPEED = RATE
    system = tests.system.System(durable=False)
    try:
        system.start()
        with system.eyes():
            from django.utils import timezone

            identities = build(World(OPERATORS, wrap_up=1, ring=20), at=timezone.now())
            plan = {"calls": CALLS, "calls_per_hour": CALLS, "handling": HANDLING, "patience": 120.0}
            began = time.monotonic()
            system.carrier.call("POST", "/day", {**plan, "number": NUMBER, "identities": identities})
            tests.system.until(
                lambda: system.carrier.call("GET", "/day")["over"], within=3600, what="the end of the day"
            )
            seconds = time.monotonic() - began
            latencies = system.carrier.call("GET", "/latencies")
            deadline = time.monotonic() + 60
            while (broken := system.broken()) and time.monotonic() < deadline:
                time.sleep(0.5)
            late = _late(system.carrier.call("GET", "/day/calls"))
    finally:
        system.stop()
    return {
        "seconds": seconds,
        "webhooks": latencies["count"],
        "webhook p50 ms": latencies["p50"],
        "webhook p99 ms": latencies["p99"],
        "invariants broken": len(broken),
        **late,
        **({"broken": "; ".join(broken[:3])} if broken else {}),
    }


def _late(truth: list[dict[str, Any]]) -> dict[str, float]:
    """What is left between both sides when the clock does not wait: the way of a webhook, in milliseconds."""
    from datetime import datetime

    from bench.load import quantile
    from calls.models import Call

    calls = {call.carrier_ref: call for call in Call.objects.all()}
    apart = []
    for row in truth:
        call = calls.get(row["sid"])
        if call is not None and call.answered_at and row["joined_at"] and row["queued_at"]:
            moments = [datetime.fromisoformat(row[name]) for name in ("queued_at", "joined_at")]
            apart.append(abs((moments[1] - moments[0]).total_seconds() - (call.wait_seconds or 0)))
    return {
        "waits apart, p50 ms": 1000 * quantile(apart, 0.5),
        "waits apart, p99 ms": 1000 * quantile(apart, 0.99),
    }


def _long(calls: int) -> dict[str, Any]:
    """Many calls in one go on the virtual clock, nobody taking time to pick up: memory, Erlang A, Little's law."""
    from hotline.simulation.discrete import Caller, little, measures
    from hotline.simulation.ground import simulate

    told = simulate(ERLANG | {"calls": calls, "pick_up": 0.0, "wrap_up": 0, "voicemail_after": 0, "calls_listed": True})
    found = _callers(told["calls"], Caller)
    seen, law = measures(found, ERLANG["target"]), little(found, ERLANG["calls_per_hour"])
    apart = {name: f"{each.mean:.4f} ± {each.half:.4f}, exact {EXACT[name]:.4f}" for name, each in seen.items()}
    return {
        f"memory over {calls} calls, KB a hundred calls": _slopes(told["memory"]),
        f"Erlang A by {calls} calls through the application": {
            **apart,
            "within": all(each.holds(EXACT[name]) for name, each in seen.items()),
            "Little's law": f"L - λW = {law.mean:.4f} ± {law.half:.4f}",
            "differences": sum(map(abs, told["differences"].values())) + len(told["differing"]),
            "times the world's speed": told["speed"],
        },
    }


def _callers(rows: list[dict[str, Any]], kind: Any) -> list[Any]:
    """The application's log as the formula sees it: who came, how long they waited, how many stood before them."""
    from datetime import datetime

    def at(text: str) -> float:
        return datetime.fromisoformat(text).timestamp()

    stays = [(at(row["queued_at"]), at(row["joined_at"] or row["ended_at"]), bool(row["joined_at"])) for row in rows]
    stays.sort()
    found, line = [], []
    for came, left, answered in stays:
        line = [end for end in line if end > came]
        found.append(kind(came, left - came, answered, len(line)))
        line.append(left)
    return found[100:]  # the empty beginning


def _slopes(samples: list[dict[str, int]]) -> dict[str, float]:
    """By least squares over the second half, when everything has warmed up."""
    rows = samples[len(samples) // 2 :]
    mean = sum(row["calls"] for row in rows) / len(rows)
    spread = sum((row["calls"] - mean) ** 2 for row in rows) or 1.0
    return {
        name: round(100 * sum((row["calls"] - mean) * row[name] for row in rows) / spread, 1)
        for name in ("web", "switchboard", "simulator")
    }
