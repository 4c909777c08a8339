"""Time as the carrier lives it: waits may run faster than the world, timestamps never lie."""

import asyncio
from datetime import UTC, datetime


class Clock:
    """`speed=20` makes every pause, prompt and timeout twenty times shorter. Recorded times are the real ones."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed

    def now(self) -> datetime:
        return datetime.now(UTC)

    def real(self, seconds: float) -> float:
        """How long `seconds` of carrier time last in the world."""
        return max(0.0, seconds) / self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real(seconds))
