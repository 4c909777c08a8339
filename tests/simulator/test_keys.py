"""Keys arrive in the order in which they were pressed, each of them once, whenever they are pressed."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from telephony.simulator import gathering, verbs  # noqa: F401 - they register Gather and Pause
from telephony.simulator.engine import VERBS, Program
from telephony.simulator.leg import Leg
from telephony.simulator.twiml import parse


class StoppedClock:
    """A clock that the test moves: a prompt lasts until `ring`."""

    def __init__(self) -> None:
        self.rings = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await self.rings.wait()

    async def wait_for(self, what, seconds: float):
        return await asyncio.wait_for(what, 0.2)


def leg() -> Leg:
    return Leg(
        frm="+4790000001", to="+4721000001", direction="inbound", account_sid="AC0", created_at=datetime.now(UTC)
    )


async def turns(number: int) -> None:
    """Let the event loop go round a few times."""
    for _ in range(number):
        await asyncio.sleep(0)


async def gathered(early: int, kinds: str) -> str:
    """What a Gather takes when 3 and 4 are pressed within a few turns of the moment at which its prompt ends."""
    clock, caller = StoppedClock(), leg()
    exchange = SimpleNamespace(clock=clock, listens=lambda leg: None, lose_patience=lambda leg, verb: None)
    program = Program(exchange, caller, allowed={"Pause"})  # type: ignore[arg-type]
    (verb,) = parse(f"<Response><Gather input='{kinds}' numDigits='2'><Pause length='9'/></Gather></Response>".encode())
    gather = asyncio.create_task(VERBS["Gather"](program, verb))
    await turns(10)
    clock.rings.set() if early < 0 else caller.press("3")
    await turns(abs(early))
    caller.press("3") if early < 0 else clock.rings.set()
    caller.press("4")
    following = await asyncio.wait_for(gather, 5)
    return following.params["Digits"] if following else ""


@pytest.mark.parametrize("kinds", ["dtmf", "dtmf speech"])
@pytest.mark.parametrize("early", range(-6, 7))
def test_a_key_pressed_in_the_moment_a_prompt_ends_is_heard(early: int, kinds: str) -> None:
    assert asyncio.run(gathered(early, kinds)) == "34"
