"""Mishaps of one call, by name: what may go wrong for whoever dials from the telephone page."""

from typing import TYPE_CHECKING, Any

from telephony.simulator.leg import Leg

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange

LONGEST_SECONDS = 600.0
KEPT_SECONDS = 120.0  # callbacks of a call that is over for longer have all been sent

# What the caller, or the line, does: where it begins, and who ends the call. See Exchange.lose_patience.
PARTINGS = {
    "greeting": {"hang_up_at": "Say", "hang_up_by": "caller"},
    "impatient": {"hang_up_at": "waiting", "hang_up_by": "caller"},
    "drop": {"hang_up_at": "joined", "hang_up_by": "carrier"},
}
# What the carrier does with its status callbacks. See faults.Fault.
CALLBACKS: dict[str, dict[str, Any]] = {
    "doubled": {"kind": "repeat", "count": 2, "times": 0},
    "late": {"kind": "delay", "times": 0},
    "reordered": {"kind": "reorder", "times": 1},
}
NAMES = (*PARTINGS, *CALLBACKS)
USUAL_SECONDS = {"greeting": 1.5, "impatient": 10.0, "drop": 15.0, "late": 10.0}


def befall(exchange: "Exchange", leg: Leg, name: str, after: float | None = None) -> None:
    """Let a mishap befall a call that was dialled just now. Raises ValueError for a name that does not exist.

    `after`: carrier seconds in the queue or the talk; for "late" the real seconds by which callbacks are late.
    """
    check(name)
    seconds = min(max(0.0, USUAL_SECONDS.get(name, 0.0) if after is None else after), LONGEST_SECONDS)
    if name in PARTINGS:
        leg.hang_up_at, leg.hang_up_by = PARTINGS[name]["hang_up_at"], PARTINGS[name]["hang_up_by"]
        leg.patience = seconds
        return
    _forget_old(exchange)
    exchange.faults.add({**CALLBACKS[name], "call": leg.sid, **({"seconds": seconds} if name == "late" else {})})


def check(name: str) -> None:
    if name not in NAMES:
        raise ValueError(f"no mishap {name!r}; there are {', '.join(NAMES)}")


def _forget_old(exchange: "Exchange") -> None:
    """Mishaps of calls that are long over strike nothing any more."""
    now = exchange.clock.now()

    def over(sid: str) -> bool:
        leg = exchange.legs.get(sid)
        return leg is None or (leg.ended_at is not None and (now - leg.ended_at).total_seconds() > KEPT_SECONDS)

    exchange.faults.items[:] = [fault for fault in exchange.faults.items if not fault.call or not over(fault.call)]
