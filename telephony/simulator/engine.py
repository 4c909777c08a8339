"""Running TwiML on a leg: documents follow each other by one primitive, Goto."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from telephony.simulator.leg import Goto, Leg
from telephony.simulator.transport import Params
from telephony.simulator.twiml import VERBS as KNOWN
from telephony.simulator.twiml import TwimlError, Verb, parse

if TYPE_CHECKING:
    from telephony.simulator.exchange import Exchange

logger = logging.getLogger(__name__)

WAIT_VERBS = {"Say", "Play", "Pause", "Hangup", "Redirect", "Leave", "Gather"}  # in a queue's waitUrl
MUSIC_VERBS = {"Say", "Play", "Pause", "Redirect"}  # conference wait, hold and announcement
WHISPER_VERBS = {"Say", "Play", "Gather", "Pause", "Redirect", "Hangup"}  # on the callee, before bridging
APOLOGY = "We are sorry, an application error has occurred. Goodbye."
MAX_DOCUMENTS = 2000  # a call that redirects to itself for ever is stopped somewhere


class Hangup(Exception):
    """The document ends the call."""


class Leave(Exception):
    """A waiting caller leaves the queue."""


class Program:
    """One flow of documents on one leg: the call's own, or what plays while it waits."""

    def __init__(
        self,
        exchange: "Exchange",
        leg: Leg,
        *,
        allowed: set[str] | None = None,
        extra: Callable[[], Params] | None = None,
    ) -> None:
        self.exchange, self.leg, self.allowed, self.extra = exchange, leg, allowed, extra
        self.base = ""
        self.here = Goto()

    @property
    def main(self) -> bool:
        return self.allowed is None

    def resolve(self, url: str, method: str = "POST", params: Params | None = None) -> Goto:
        """An address in the document at hand; an empty one means the document itself."""
        target = urljoin(self.base, url.strip()) if url.strip() else (self.base or self.here.url)
        return Goto(target, (method or "POST").upper(), params or {})

    async def run(self, goto: Goto) -> None:
        """Run documents until one ends without leading on. Raises Hangup or Leave."""
        following: Goto | None = goto
        for _ in range(MAX_DOCUMENTS):
            if following is None:
                return
            following = await self._document(following)
        logger.warning("leg %s was stopped after %d documents", self.leg.sid, MAX_DOCUMENTS)

    async def _document(self, goto: Goto) -> Goto | None:
        verbs = await self._fetch(goto)
        for index, verb in enumerate(verbs):
            following = await self.perform(verb, first=index == 0)
            if following is not None:
                return following
        return None

    async def _fetch(self, goto: Goto) -> tuple[Verb, ...]:
        self.here = goto
        if goto.twiml:
            return parse(goto.twiml.encode())
        self.exchange.lose_patience(self.leg, "request")
        base = self.extra() if self.extra else None
        self.leg.asking = self.main
        try:
            verbs, self.base = await self.exchange.post.ask(self.leg, goto, base)
        except TwimlError as problem:
            return await self._instead(goto, problem)
        finally:
            self.leg.asking = False
        return verbs

    async def _instead(self, goto: Goto, problem: TwimlError) -> tuple[Verb, ...]:
        """The fallback address gets one chance; without one, or if it fails too, the caller hears an apology."""
        fallback = self.leg.fallback
        self.exchange.warn(self.leg, problem.code, str(problem))
        if fallback is not None and self.main:
            told = {**fallback.params, "ErrorCode": str(problem.code), "ErrorUrl": goto.url}
            try:
                verbs, self.base = await self.exchange.post.ask(self.leg, Goto(fallback.url, fallback.method, told))
            except TwimlError as second:
                self.exchange.warn(self.leg, second.code, str(second))
            else:
                return verbs
        if not self.main:
            return ()
        return (Verb("Say", text=APOLOGY), Verb("Hangup"))

    async def perform(self, verb: Verb, first: bool = False) -> Goto | None:
        """Do one verb. Returns where to go next, or None to go on with the next verb."""
        action = VERBS.get(verb.name)
        if action is None or (self.allowed is not None and verb.name not in self.allowed):
            await self._skip(verb, first)
            return None
        if self.main:
            await self._pick_up(verb, first)
        self.leg.doing = verb.name
        self.exchange.lose_patience(self.leg, verb.name)
        return await action(self, verb)

    async def _skip(self, verb: Verb, first: bool) -> None:
        """A verb that is not simulated still answers the call; one that does not exist or belong here does nothing."""
        known = verb.name in KNOWN
        if self.main and known:
            await self._pick_up(verb, first)
        word = "is not simulated" if self.main and known else "has no place here"
        self.exchange.warn(self.leg, 12200 if self.main else 13238, f"<{verb.name}> {word}")

    async def _pick_up(self, verb: Verb, first: bool) -> None:
        """A first verb answers the call; Reject does not, Pause delays it, answerOnBridge waits for the callee."""
        if self.leg.answered_at is not None or (verb.name == "Reject" and first):
            return
        if verb.name == "Pause" and first:
            self.leg.doing = "Pause"
            await self.exchange.clock.sleep(verb.number("length", 1))
        if verb.name == "Dial" and verb.flag("answerOnBridge"):
            return
        self.exchange.answer(self.leg)


VERBS: dict[str, Callable[[Program, Verb], Awaitable[Goto | None]]] = {}


def verb(name: str) -> Callable[[Callable[[Program, Verb], Awaitable[Goto | None]]], None]:
    """Register what a verb does."""

    def register(action: Callable[[Program, Verb], Awaitable[Goto | None]]) -> None:
        VERBS[name] = action

    return register


async def control(exchange: "Exchange", leg: Leg, goto: Goto | None) -> None:
    """Run a leg's TwiML to its end, through every interruption from outside, and close the leg."""
    status = ""
    while leg.live:
        if leg.interruption is not None:
            goto, leg.interruption = (leg.interruption, None) if isinstance(leg.interruption, Goto) else (None, "")
        if goto is None:
            break
        leg.step = asyncio.create_task(Program(exchange, leg).run(goto))
        try:
            await leg.step
            goto = None
        except Hangup:
            leg.ended_by = leg.ended_by or "application"
            break
        except Leave:
            break
        except asyncio.CancelledError:
            if leg.interruption is None:
                leg.step.cancel()
                raise
        except Exception:
            logger.exception("leg %s stumbled", leg.sid)
            exchange.errors.append(f"{leg.sid} stumbled in {leg.doing}")
            status = "failed"
            break
        finally:
            leg.step = None
    hung_up = isinstance(leg.interruption, str) and leg.interruption == ""
    exchange.finish(leg, status or ("canceled" if hung_up and leg.answered_at is None else "completed"))
