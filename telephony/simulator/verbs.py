"""Say, Play, Pause, Record, Redirect, Hangup, Reject, Leave."""

import asyncio
from datetime import timedelta

from telephony.simulator.engine import Hangup, Leave, Program, verb
from telephony.simulator.leg import Goto, rfc2822
from telephony.simulator.recordings import Recording
from telephony.simulator.twiml import Verb, spoken

LOOP_LIMIT = 1000
REJECTIONS = {"busy": "busy", "rejected": "no-answer"}


def _loops(element: Verb) -> int:
    wanted = int(element.number("loop", 1))
    return LOOP_LIMIT if wanted <= 0 else min(wanted, LOOP_LIMIT)


@verb("Say")
async def say(program: Program, element: Verb) -> Goto | None:
    exchange, text = program.exchange, spoken(element)
    for _ in range(_loops(element)):
        exchange.hear(program.leg, "say", text, language=element.get("language", "en-US"))
        await exchange.clock.sleep(0.3 + len(text) * exchange.settings.seconds_a_character)
    return None


@verb("Play")
async def play(program: Program, element: Verb) -> Goto | None:
    exchange = program.exchange
    if digits := element.get("digits"):
        exchange.hear(program.leg, "tones", digits)
        await exchange.clock.sleep(0.25 * len(digits))
        return None
    url = program.resolve(element.text).url
    seconds = await exchange.length_of(url)
    for _ in range(_loops(element)):
        exchange.hear(program.leg, "play", url, seconds=seconds)
        await exchange.clock.sleep(seconds)
    return None


@verb("Pause")
async def pause(program: Program, element: Verb) -> Goto | None:
    await program.exchange.clock.sleep(element.number("length", 1))
    return None


@verb("Record")
async def record(program: Program, element: Verb) -> Goto | None:
    """Records until a key, the longest time, or the caller hangs up.

    Callers of the simulator count as speaking all the time, unless they were dialled in as silent: then the silence
    timeout ends the recording, and if nothing was said at all, the verbs after it run instead of the action.
    """
    exchange, leg = program.exchange, program.leg
    if element.flag("playBeep", True):
        exchange.hear(leg, "tone", "beep")
    leg.keys, leg.recording = asyncio.Queue(), []
    started, digits = exchange.clock.now(), "hangup"
    try:
        digits = await _until_silence(program, element)
    finally:
        leg.keys, said, leg.recording = None, leg.recording or [], None
        taken = Recording(
            call_sid=leg.sid,
            account_sid=leg.account_sid,
            started_at=started,
            seconds=max(0, round((exchange.clock.now() - started).total_seconds() * exchange.clock.speed)),
            source="RecordVerb",
            words=said,
            status="absent" if digits == "" and not said and not leg.speaks else "completed",
        )
        exchange.keep(taken)
        following = _recorded(program, element, taken, digits)
        if digits == "hangup" and isinstance(leg.interruption, str):
            leg.parting.append(following)
    return None if taken.status == "absent" else following


async def _until_silence(program: Program, element: Verb) -> str:
    leg, clock = program.leg, program.exchange.clock
    longest, silence = element.number("maxLength", 3600), element.number("timeout", 5)
    finish = element.get("finishOnKey", "1234567890*#")
    ends = clock.now() + timedelta(seconds=clock.real(longest))
    said, quiet = 0, 0.0
    while (left := (ends - clock.now()).total_seconds()) > 0:
        slice_ = min(left * clock.speed, 0.5)
        try:
            _, key = await clock.wait_for(leg.keys.get(), slice_)  # type: ignore[union-attr]
        except TimeoutError:
            spoke = len(leg.recording or []) > said
            said, quiet = len(leg.recording or []), 0.0 if spoke else quiet + 0.5
            if quiet >= silence and not leg.speaks:
                return ""
            continue
        if key in finish:
            return key
    return ""


def _recorded(program: Program, element: Verb, taken: Recording, digits: str) -> Goto:
    exchange, leg = program.exchange, program.leg
    url = exchange.recording_url(taken)
    if callback := element.get("recordingStatusCallback"):
        target = program.resolve(callback, element.get("recordingStatusCallbackMethod"))
        told = {
            "AccountSid": leg.account_sid,
            "CallSid": leg.sid,
            "RecordingSid": taken.sid,
            "RecordingUrl": url,
            "RecordingStatus": taken.status,
            "RecordingDuration": str(taken.seconds),
            "RecordingChannels": "1",
            "RecordingStartTime": rfc2822(taken.started_at) or "",
            "RecordingSource": taken.source,
        }
        exchange.post.tell(leg, target.url, target.method, told)
    params = {"RecordingUrl": url, "RecordingSid": taken.sid, "RecordingDuration": str(taken.seconds), "Digits": digits}
    return program.resolve(element.get("action"), element.get("method"), params)


@verb("Redirect")
async def redirect(program: Program, element: Verb) -> Goto | None:
    return program.resolve(element.text, element.get("method"))


@verb("Hangup")
async def hangup(program: Program, element: Verb) -> Goto | None:
    raise Hangup


@verb("Reject")
async def reject(program: Program, element: Verb) -> Goto | None:
    """As the first verb the call is never answered; later it is an ordinary hang-up."""
    if program.leg.answered_at is None:
        program.leg.ended_by = "application"
        program.exchange.finish(program.leg, REJECTIONS.get(element.get("reason", "rejected"), "no-answer"))
    raise Hangup


@verb("Leave")
async def leave(program: Program, element: Verb) -> Goto | None:
    raise Leave
