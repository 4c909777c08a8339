"""Gather: keys, words, or whichever comes first, during the prompt and for a while after it."""

import asyncio
from dataclasses import dataclass

from telephony.simulator.engine import Program, verb
from telephony.simulator.leg import Goto
from telephony.simulator.twiml import Verb


@dataclass
class _Listening:
    """What a Gather listens with: keys, ears, or both."""

    keys: "asyncio.Queue[str] | None"
    ears: "asyncio.Queue[str] | None"

    async def first(self) -> tuple[str, str]:
        """The first input: ("key", "7") or ("words", "a new bin")."""
        tasks = {
            asyncio.create_task(inbox.get()): kind
            for kind, inbox in (("key", self.keys), ("words", self.ears))
            if inbox is not None
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            task = done.pop()
            return tasks[task], task.result()
        finally:
            for task in tasks:
                task.cancel()


@verb("Gather")
async def gather(program: Program, element: Verb) -> Goto | None:
    leg, kinds = program.leg, element.get("input", "dtmf").split()
    heard = _Listening(asyncio.Queue() if "dtmf" in kinds else None, asyncio.Queue() if "speech" in kinds else None)
    leg.keys, leg.ears = heard.keys, heard.ears
    try:
        if heard.keys is not None:
            program.exchange.listens(leg)
        found = await _found(program, element, heard)
    finally:
        leg.keys = leg.ears = None
    if any(found.values()) or element.flag("actionOnEmptyResult"):
        return program.resolve(element.get("action"), element.get("method"), found)
    return None


async def _found(program: Program, element: Verb, heard: _Listening) -> dict[str, str]:
    """What the action is told: Digits, or SpeechResult and Confidence."""
    first = await _during_prompt(program, element, heard)
    if first is None:
        program.leg.doing = "Gather"
        first = await _within(program, heard, element.number("timeout", 5))
    if first is not None and first[0] == "words" and heard.ears is not None:
        return await _words(program, element, heard.ears, first[1])
    key = first[1] if first else None
    return {"Digits": await _digits(program, element, heard.keys, key)}


async def _prompt(program: Program, element: Verb) -> None:
    for child in element.children:
        if child.name in ("Say", "Play", "Pause"):
            await program.perform(child)


async def _during_prompt(program: Program, element: Verb, heard: _Listening) -> tuple[str, str] | None:
    """The key or the words that stop the prompt, or None when it plays to its end."""
    prompt = asyncio.create_task(_prompt(program, element))
    first = asyncio.create_task(heard.first())
    try:
        await asyncio.wait({prompt, first}, return_when=asyncio.FIRST_COMPLETED)
        if first.done():
            return first.result()
        prompt.result()
        return None
    finally:
        prompt.cancel()
        first.cancel()


async def _within(program: Program, heard: _Listening, seconds: float) -> tuple[str, str] | None:
    try:
        return await program.exchange.clock.wait_for(heard.first(), seconds)
    except TimeoutError:
        return None


async def _next(program: Program, inbox: "asyncio.Queue[str]", seconds: float) -> str | None:
    try:
        return await program.exchange.clock.wait_for(inbox.get(), seconds)
    except TimeoutError:
        return None


async def _digits(program: Program, element: Verb, keys: "asyncio.Queue[str] | None", key: str | None) -> str:
    digits, wanted, finish = "", int(element.number("numDigits", 0)), element.get("finishOnKey", "#")
    while key is not None and keys is not None and not (finish and key in finish):
        digits += key
        if wanted and len(digits) >= wanted:
            break
        key = await _next(program, keys, element.number("timeout", 5))
    return digits


async def _words(program: Program, element: Verb, ears: "asyncio.Queue[str]", text: str) -> dict[str, str]:
    """What was said until the caller paused; with `speechTimeout="auto"` until the first pause."""
    pause = element.number("speechTimeout", element.number("timeout", 5))
    said = [text]
    if element.get("speechTimeout") != "auto":
        while (more := await _next(program, ears, pause)) is not None:
            said.append(more)
    sure = program.exchange.settings.speech_confidence
    told = {"SpeechResult": " ".join(said)}
    return told | ({"Confidence": f"{sure:.7f}"} if sure >= 0 else {})
