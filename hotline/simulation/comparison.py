"""What the register says of a day against what the carrier knows of it, figure by figure and call by call."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calls.models import Call
from operators.models import Presence, PresenceChange

LISTED = 20  # calls that differ are named up to so many
_EXACT_SECONDS = 0.001
_WHOLE_SECONDS = 1.0  # the carrier's list, which mends what callbacks lost, knows whole seconds


@dataclass
class Day:
    """The figures of a day. Times in seconds; `mean_wait` is that of answered calls."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    voicemail: int = 0
    mean_wait: float = 0.0
    service_level: float = 0.0  # answered within the target, of all who were offered
    talk_seconds: float = 0.0
    busy_seconds: float = 0.0  # operators in conversation


@dataclass
class Comparison:
    register: Day
    carrier: Day
    differing: list[str] = field(default_factory=list)  # in words
    mended: int = 0  # calls that reconciliation had to close or write

    def differences(self) -> dict[str, float]:
        """Register less carrier, by figure; zero below a thousandth, which is the rounding of times."""
        found = {}
        for name, value in vars(self.register).items():
            apart = value - vars(self.carrier)[name]
            found[name] = round(apart, 2) + 0.0 if isinstance(value, float) else apart
        return found

    @property
    def agree(self) -> bool:
        return not self.differing and not any(self.differences().values())


@dataclass(frozen=True)
class _Seen:
    """One call as one side saw it."""

    outcome: str
    queued: bool
    wait: float | None
    talk: float


def compare(truth: Iterable[dict[str, Any]], *, target: float) -> Comparison:
    """Hold the register against the carrier's own facts; `target` is the service level's, in seconds."""
    known = {row["sid"]: _by_carrier(row) for row in truth}
    calls = {call.carrier_ref: call for call in Call.objects.all()}
    ours = {ref: _by_register(call) for ref, call in calls.items()}
    register, carrier = _sum(ours.values(), target), _sum(known.values(), target)
    register.busy_seconds, carrier.busy_seconds = _busy(), carrier.talk_seconds
    differing = [f"{ref} is on one side only" for ref in known.keys() ^ ours.keys()]
    for ref in known.keys() & ours.keys():
        differing += _apart(ref, ours[ref], known[ref], _WHOLE_SECONDS if calls[ref].recovered else _EXACT_SECONDS)
    return Comparison(register, carrier, differing[:LISTED], sum(call.recovered for call in calls.values()))


def _by_carrier(row: dict[str, Any]) -> _Seen:
    queued, joined, parted = (_moment(row[name]) for name in ("queued_at", "joined_at", "parted_at"))
    answered = joined is not None
    outcome = "answered" if answered else "voicemail" if row["voicemail"] else "abandoned"
    wait = (joined - queued).total_seconds() if joined and queued else None
    return _Seen(outcome, queued is not None, wait, (parted - joined).total_seconds() if parted and joined else 0.0)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _by_register(call: Call) -> _Seen:
    wait = call.wait_seconds if call.answered_at else None
    return _Seen(call.outcome, call.queued_at is not None, wait, call.talk_seconds or 0.0)


def _apart(ref: str, ours: _Seen, theirs: _Seen, tolerance: float) -> list[str]:
    if ours.outcome != theirs.outcome:
        return [f"{ref} is {ours.outcome} in the register, {theirs.outcome} at the carrier"]
    pairs = (("waited", ours.wait or 0.0, theirs.wait or 0.0), ("talked", ours.talk, theirs.talk))
    return [
        f"{ref} {what} {mine:.3f} s in the register, {other:.3f} s at the carrier"
        for what, mine, other in pairs
        if abs(mine - other) > tolerance
    ]


def _sum(seen: Iterable[_Seen], target: float) -> Day:
    rows = list(seen)
    waits = [row.wait for row in rows if row.outcome == "answered" and row.wait is not None]
    offered = sum(row.queued for row in rows)
    return Day(
        offered=offered,
        answered=sum(row.outcome == "answered" for row in rows),
        abandoned=sum(row.outcome == "abandoned" for row in rows),
        voicemail=sum(row.outcome == "voicemail" for row in rows),
        mean_wait=sum(waits) / len(waits) if waits else 0.0,
        service_level=sum(wait <= target for wait in waits) / offered if offered else 0.0,
        talk_seconds=sum(row.talk for row in rows),
    )


def _busy() -> float:
    """Seconds that operators were on a call, from the log of their states."""
    since: dict[int, datetime] = {}
    total = 0.0
    for change in PresenceChange.objects.order_by("at", "id"):
        if change.to_state == Presence.ON_CALL:
            since.setdefault(change.operator_id, change.at)
        elif change.operator_id in since:
            total += (change.at - since.pop(change.operator_id)).total_seconds()
    return total
