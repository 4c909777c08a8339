"""Gather: keys, words, or whichever comes first, during the prompt and for a while after it."""

import asyncio

from telephony.simulator.engine import Program, verb
from telephony.simulator.leg import Goto, Inbox
from telephony.simulator.twiml import Verb


@verb("Gather")
async def gather(program: Program, element: Verb) -> Goto | None:
    leg, kinds = program.leg, element.get("input", "dtmf").split()
    inbox: Inbox = asyncio.Queue()  # one for both: a wait that is given up leaves what came meanwhile in its place
    leg.keys, leg.ears = inbox if "dtmf" in kinds else None, inbox if "speech" in kinds else None
    try:
        if leg.keys is not None:
            program.exchange.listens(leg)
        found = await _found(program, element, inbox)
    finally:
        leg.keys = leg.ears = None
    if any(found.values()) or element.flag("actionOnEmptyResult"):
        return program.resolve(element.get("action"), element.get("method"), found)
    return None


async def _found(program: Program, element: Verb, inbox: Inbox) -> dict[str, str]:
    """What the action is told: Digits, or SpeechResult and Confidence."""
    kind, first = await _during_prompt(program, element, inbox) or ("", None)
    if first is None:
        program.leg.doing = "Gather"
        kind, first = await _within(program, inbox, element.number("timeout", 5)) or ("", None)
    if first is not None and kind == "words":
        return await _words(program, element, inbox, first)
    return {"Digits": await _digits(program, element, inbox, first)}


async def _prompt(program: Program, element: Verb) -> None:
    for child in element.children:
        if child.name in ("Say", "Play", "Pause"):
            await program.perform(child)


async def _during_prompt(program: Program, element: Verb, inbox: Inbox) -> tuple[str, str] | None:
    """The key or the words that stop the prompt, or None when it plays to its end."""
    prompt = asyncio.create_task(_prompt(program, element))
    first = asyncio.create_task(inbox.get())
    try:
        await asyncio.wait({prompt, first}, return_when=asyncio.FIRST_COMPLETED)
        if first.done():
            return first.result()
        prompt.result()
        return None
    finally:
        prompt.cancel()
        first.cancel()


async def _within(program: Program, inbox: Inbox, seconds: float) -> tuple[str, str] | None:
    try:
        return await program.exchange.clock.wait_for(inbox.get(), seconds)
    except TimeoutError:
        return None


async def _next(program: Program, inbox: Inbox, kind: str, seconds: float) -> str | None:
    """The next key, or the next words; what is of the other kind is passed over."""

    async def matching() -> str:
        while True:
            came, what = await inbox.get()
            if came == kind:
                return what

    try:
        return await program.exchange.clock.wait_for(matching(), seconds)
    except TimeoutError:
        return None


async def _digits(program: Program, element: Verb, inbox: Inbox, key: str | None) -> str:
    digits, wanted, finish = "", int(element.number("numDigits", 0)), element.get("finishOnKey", "#")
    while key is not None and not (finish and key in finish):
        digits += key
        if wanted and len(digits) >= wanted:
            break
        key = await _next(program, inbox, "key", element.number("timeout", 5))
    return digits


async def _words(program: Program, element: Verb, inbox: Inbox, text: str) -> dict[str, str]:
    """What was said until the caller paused; with `speechTimeout="auto"` until the first pause."""
    pause = element.number("speechTimeout", element.number("timeout", 5))
    said = [text]
    if element.get("speechTimeout") != "auto":
        while (more := await _next(program, inbox, "words", pause)) is not None:
            said.append(more)
    sure = program.exchange.settings.speech_confidence
    told = {"SpeechResult": " ".join(said)}
    return told | ({"Confidence": f"{sure:.7f}"} if sure >= 0 else {})
