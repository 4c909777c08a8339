"""What outlives a kill -9: an append-only file of what the carrier knows, read again at the next start."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from telephony.simulator.leg import FINAL, Leg, Subscription
from telephony.simulator.numberbook import Number
from telephony.simulator.recordings import Recording

if TYPE_CHECKING:
    from telephony.simulator.conference import Conference
    from telephony.simulator.exchange import Exchange

_LEG = (
    *("sid", "frm", "to", "direction", "account_sid", "parent_sid", "caller_name", "status", "ended_by", "verstat"),
    *("created_at", "answered_at", "ended_at"),
)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


class Journal:
    """One JSON object a line; the last line about a thing is the truth. Without a folder nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.path = folder / "carrier.jsonl" if folder else None
        self._file: IO[str] | None = None

    def _write(self, kind: str, facts: dict[str, Any]) -> None:
        if self.path is None:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
        self._file.write(json.dumps({"kind": kind, **facts}) + "\n")
        self._file.flush()

    def leg(self, leg: Leg) -> None:
        facts = {name: _plain(getattr(leg, name)) for name in _LEG}
        facts["subscriptions"] = [[s.url, s.method, list(s.events), s.sequence] for s in leg.subscriptions]
        self._write("leg", facts)

    def number(self, number: Number) -> None:
        self._write("number", {name: _plain(value) for name, value in vars(number).items()})

    def recording(self, recording: Recording) -> None:
        self._write("recording", {name: _plain(value) for name, value in vars(recording).items()})

    def conference(self, conference: "Conference") -> None:
        facts = {name: getattr(conference, name) for name in ("sid", "name", "status", "reason_ended")}
        self._write("conference", facts)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _lines(self) -> Iterator[dict[str, Any]]:
        if self.path is None or not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                with contextlib.suppress(ValueError):  # the last line may be cut in half by the crash
                    yield json.loads(line)

    def restore(self, exchange: "Exchange") -> int:
        """Read everything back. Calls that lived at the crash are completed, and told; returns how many."""
        for line in self._lines():
            kind = line.pop("kind", "")
            if kind == "leg":
                leg = _leg(line)
                exchange.legs[leg.sid] = leg
            elif kind == "number":
                line["created_at"] = _time(line["created_at"])
                exchange.numbers[line["number"]] = Number(**line)
            elif kind == "recording":
                line["started_at"] = _time(line["started_at"])
                if line["status"] in ("in-progress", "paused"):  # cut off by the crash
                    line["status"] = "completed"
                exchange.recordings[line["sid"]] = Recording(**line)
        cut = [leg for leg in exchange.legs.values() if leg.live]
        for leg in cut:
            leg.ended_by = "carrier"
            exchange.finish(leg, "completed" if leg.answered_at else "failed")
        return len(cut)


def _leg(line: dict[str, Any]) -> Leg:
    told = [Subscription(url, method, tuple(events), n) for url, method, events, n in line.pop("subscriptions", [])]
    for name in ("created_at", "answered_at", "ended_at"):
        line[name] = _time(line[name])
    line["created_at"] = line["created_at"] or datetime.now(UTC)
    leg = Leg(**line, subscriptions=told)
    if leg.status in FINAL:
        leg.over.set()
    return leg
