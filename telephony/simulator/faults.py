"""Mishaps on request: what goes wrong between the carrier and the application."""

import fnmatch
import random
from dataclasses import asdict, dataclass, field
from typing import Any

CALLBACK_FAULTS = {"repeat", "reorder", "shuffle", "delay", "lose", "forge"}
WEBHOOK_FAULTS = {"repeat", "delay", "lose", "forge"}
REST_FAULTS = {"status", "hang", "drop"}


@dataclass
class Fault:
    """One mishap and what it strikes.

    `on` is "callback" (status callbacks), "webhook" (requests for TwiML) or "rest". `path` is a shell pattern over
    the address, `event` one of CallStatus, StatusCallbackEvent or RecordingStatus; both may be empty (everything).
    `times` is how often it strikes (0 = always), `probability` how likely each time.
    """

    kind: str
    on: str = "callback"
    path: str = ""
    event: str = ""
    method: str = ""
    times: int = 1
    probability: float = 1.0
    count: int = 2  # repeat: deliveries in all; shuffle: how many are mixed
    together: bool = True  # repeat: at once, or one after the other
    seconds: float = 0.0  # delay, hang: real seconds
    status: int = 503  # status: what REST answers
    retry_after: int | None = None
    call: str = ""  # strikes only what is about this call
    processed: bool = False  # status, hang, drop: whether the request took effect all the same
    struck: int = 0

    def hits(
        self, dice: random.Random, *, on: str, path: str, event: str = "", method: str = "", call: str = ""
    ) -> bool:
        if self.on != on or (self.times and self.struck >= self.times) or (self.call and self.call != call):
            return False
        if self.path and not fnmatch.fnmatch(path, f"*{self.path}*"):
            return False
        if (self.event and self.event != event) or (self.method and self.method != method):
            return False
        return dice.random() < self.probability


@dataclass
class Faults:
    """The mishaps in force, oldest first."""

    items: list[Fault] = field(default_factory=list)
    dice: random.Random = field(default_factory=random.Random)

    def seed(self, seed: int) -> None:
        """From now on chance is this seed's."""
        self.dice = random.Random(f"faults:{seed}")  # noqa: S311 - a dice, not a secret

    def add(self, facts: dict[str, Any]) -> Fault:
        """Put a mishap in force. Raises ValueError for a kind or a field that does not exist."""
        try:
            fault = Fault(**facts)
        except TypeError as problem:
            raise ValueError(str(problem)) from None
        known = {"callback": CALLBACK_FAULTS, "webhook": WEBHOOK_FAULTS, "rest": REST_FAULTS}.get(fault.on, set())
        if fault.kind not in known:
            raise ValueError(f"no fault {fault.kind!r} on {fault.on!r}")
        self.items.append(fault)
        return fault

    def strike(self, *kinds: str, **where: str) -> Fault | None:
        """The first fault of these kinds that hits, counted as having struck."""
        for fault in self.items:
            if fault.kind in kinds and fault.hits(self.dice, **where):
                fault.struck += 1
                return fault
        return None

    def clear(self) -> None:
        self.items.clear()

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.items]
