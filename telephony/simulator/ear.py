"""What reaches the ear at a telephone at this moment, and how long it was dead air: a live line on which nothing is
heard and nothing is asked."""

import asyncio
import time
from typing import TYPE_CHECKING

from telephony.simulator.leg import Leg

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange

LOOK_SECONDS = 0.05
_RINGS = ("queued", "initiated", "ringing")
NOTHING = "nothing"


def ear(leg: Leg) -> str:
    """people, music, words (a prompt, a question, a tone to speak after), ringing, asking (the application has not
    answered yet), over, or nothing."""
    if not leg.live:
        return "over"
    if leg.speakers():
        return "people"
    if leg.room_music is not None:
        return "music" if leg.room_music() else NOTHING
    if leg.in_line:
        return "music"
    if leg.asking:
        return "asking"
    return "ringing" if leg.status in _RINGS else "words"


class Ears:
    """Measures the longest dead air of every line, in real seconds, from the moment somebody wants to know."""

    def __init__(self, exchange: "Exchange") -> None:
        self.exchange = exchange
        self.task: asyncio.Task[None] | None = None
        self._since: dict[str, float] = {}

    def listen(self) -> None:
        if self.task is None or self.task.done():
            self.task = self.exchange.spawn(self._listen())

    async def _listen(self) -> None:
        while True:
            now = time.monotonic()
            for leg in self.exchange.legs.values():
                if leg.live:
                    self._measure(leg, now)
            await asyncio.sleep(LOOK_SECONDS)

    def _measure(self, leg: Leg, now: float) -> None:
        if ear(leg) == NOTHING:
            leg.dead_air = max(leg.dead_air, now - self._since.setdefault(leg.sid, now))
        else:
            self._since.pop(leg.sid, None)
