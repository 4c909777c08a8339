"""Time as the carrier lives it: waits may run faster than the world, timestamps never lie."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import TypeVar

Result = TypeVar("Result")


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
        """Let `seconds` of carrier time pass."""
        await asyncio.sleep(self.real(seconds))

    async def delay(self, seconds: float) -> None:
        """Let seconds of the network's time pass: those of mishaps, which `speed` does not shorten."""
        await asyncio.sleep(seconds)

    async def wait_for(self, what: Awaitable[Result], seconds: float) -> Result:
        """Wait at most `seconds` of carrier time. Raises TimeoutError, and then `what` is cancelled."""
        return await asyncio.wait_for(what, self.real(seconds))
