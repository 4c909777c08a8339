"""Dial: other telephones by Number, Client, Sip or bare text, conferences, and callers in a queue."""

import asyncio
from dataclasses import replace

from telephony.simulator import machines
from telephony.simulator.bridging import dial_queue
from telephony.simulator.conference import Conference, Participant
from telephony.simulator.engine import WHISPER_VERBS, Hangup, Leave, Program, verb
from telephony.simulator.leg import Goto, Leg, Subscription
from telephony.simulator.taping import Wish
from telephony.simulator.transport import Params
from telephony.simulator.twiml import Verb

BUFFER_SECONDS = 5  # the carrier always adds this to a Dial's timeout
MOST_AT_ONCE = 10
WORST_LAST = ("busy", "no-answer", "failed", "canceled")


@verb("Dial")
async def dial(program: Program, element: Verb) -> Goto | None:
    conference, queue = (
        next((child for child in element.children if child.name == name), None) for name in ("Conference", "Queue")
    )
    try:
        if queue is not None:
            told: Params | None = await dial_queue(program, element, queue, element.number("timeout", 30))
        else:
            told = await (_confer(program, conference) if conference is not None else _dial_out(program, element))
    except asyncio.CancelledError:
        if isinstance(program.leg.interruption, str):
            last = _action(program, element, {"DialCallStatus": "answered" if conference else "completed"})
            program.leg.parting.extend([last] if last else [])
        raise
    return _action(program, element, told) if told is not None else None


def _action(program: Program, element: Verb, told: Params) -> Goto | None:
    """The action is asked when the Dial is over, also when the caller has hung up: then its answer is not run."""
    if "action" not in element.attributes:
        return None
    return program.resolve(element.get("action"), element.get("method"), told)


# --- conferences --------------------------------------------------------------------------------------


async def _confer(program: Program, noun: Verb) -> Params | None:
    """Take part in a conference. None when the leg was turned away at the door and the call skips on."""
    exchange, leg = program.exchange, program.leg
    conference = exchange.conference(noun.text)
    label = noun.get("participantLabel")
    if label and conference.find(label) is not None:
        exchange.warn(leg, 16025, f"participant label {label!r} is in use")
        return None
    if len(conference.participants) >= noun.number("maxParticipants", 250):
        exchange.warn(leg, 13237, "the conference is full")
        return None
    coached = noun.get("coach")
    if coached and conference.find(coached) is None:
        exchange.warn(leg, 13240, "coach names no participant of this conference")
        raise Hangup
    subscribe(program, conference, noun)
    reason = await conference.attend(participant_of(program, noun))
    exchange.hear(leg, "left", reason)
    return {"DialCallStatus": "answered", "DialBridged": "true"}


def subscribe(program: Program, conference: Conference, noun: Verb) -> None:
    callback = noun.get("statusCallback")
    goto = program.resolve(callback, noun.get("statusCallbackMethod")) if callback else None
    conference.subscribe(goto, noun.get("statusCallbackEvent"), _taping(program, noun))


def _taping(program: Program, noun: Verb) -> Wish | None:
    if noun.get("record") != "record-from-start":
        return None
    callback = noun.get("recordingStatusCallback")
    goto = program.resolve(callback, noun.get("recordingStatusCallbackMethod")) if callback else None
    return Wish(goto, frozenset(noun.get("recordingStatusCallbackEvent", "completed").split()))


def participant_of(program: Program, noun: Verb) -> Participant:
    wait = noun.attributes.get("waitUrl")
    return Participant(
        leg=program.leg,
        label=noun.get("participantLabel"),
        muted=noun.flag("muted"),
        coaching=noun.get("coach"),
        start_on_enter=noun.flag("startConferenceOnEnter", True),
        end_on_exit=noun.flag("endConferenceOnExit"),
        wait=program.resolve(wait, noun.get("waitMethod")) if wait else None,
        silent_wait=wait == "",
    )


# --- other telephones ---------------------------------------------------------------------------------


def _child(program: Program, element: Verb, noun: Verb) -> Leg:
    exchange, leg = program.exchange, program.leg
    identity = next((one.text for one in noun.children if one.name == "Identity"), noun.text)
    to = f"client:{identity}" if noun.name == "Client" else identity.replace(" ", "")
    headers = {}
    if noun.name == "Sip":
        to, _, query = to.partition("?")
        headers = dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
    child = Leg(
        frm=element.get("callerId") or leg.frm,
        to=to,
        direction="outbound-dial",
        account_sid=leg.account_sid,
        created_at=exchange.clock.now(),
        parent_sid=leg.sid,
        custom=headers | {one.get("name"): one.get("value") for one in noun.children if one.name == "Parameter"},
    )
    if callback := noun.get("statusCallback"):
        target = program.resolve(callback, noun.get("statusCallbackMethod"))
        events = tuple(noun.get("statusCallbackEvent", "completed").split())
        child.subscriptions.append(Subscription(target.url, target.method, events))
    if (asked := machines.wanted(noun.attributes, machines.NOUN)) is not None:
        told = program.resolve(asked.callback.url, asked.callback.method) if asked.callback else None
        child.detection = replace(asked, callback=told)
    return exchange.open(child)


def _nouns(element: Verb) -> list[Verb]:
    named = [child for child in element.children if child.name in ("Number", "Client", "Sip")]
    return named or ([Verb("Number", text=element.text)] if element.text else [])


async def _dial_out(program: Program, element: Verb) -> Params:
    """Ring all nouns at once, or one after the other; the first that answers is bridged."""
    exchange, leg = program.exchange, program.leg
    nouns = _nouns(element)[:MOST_AT_ONCE]
    if not nouns:
        exchange.warn(leg, 13215, "nothing in this Dial is simulated")
        return {"DialCallStatus": "failed", "DialBridged": "false"}
    exchange.hear(leg, "ringing", element.get("ringTone", "us"))
    timeout = element.number("timeout", 30) + BUFFER_SECONDS
    rounds = [[noun] for noun in nouns] if element.flag("sequential") else [nouns]
    children: list[Leg] = []
    try:
        for group in rounds:
            fresh = [_child(program, element, noun) for noun in group]
            children.extend(fresh)
            winner = await _first_answer(program, list(zip(fresh, group, strict=True)), timeout)
            if winner is not None:
                return await _bridge(program, element, winner)
    finally:
        for child in children:
            exchange.hang_up(child, "caller", "completed" if child.answered_at else "canceled")
    outcomes = [child.status for child in children]
    best = next((word for word in WORST_LAST if word in outcomes), "failed")
    return {"DialCallStatus": best, "DialCallSid": children[-1].sid, "DialBridged": "false"}


async def _first_answer(program: Program, legs: list[tuple[Leg, Verb]], timeout: float) -> Leg | None:
    waiting = {asyncio.create_task(_answered(program, leg, noun, timeout)): leg for leg, noun in legs}
    pending = set(waiting)
    try:
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.result():
                    return waiting[task]
        return None
    finally:
        for task in pending:
            program.exchange.hang_up(waiting[task], "caller", "canceled")
            task.cancel()


async def _answered(program: Program, leg: Leg, noun: Verb, timeout: float) -> bool:
    exchange = program.exchange
    exchange.progress(leg, "initiated")
    if not await exchange.ring(leg, timeout):
        return False
    await machines.first(exchange, leg)
    whisper = noun.get("url")
    if not whisper:
        return leg.live
    inner = Program(exchange, leg, allowed=WHISPER_VERBS)
    leg.step = asyncio.current_task()
    try:
        await inner.run(program.resolve(whisper, noun.get("method")))
    except (Hangup, Leave):
        exchange.finish(leg, "completed")
    except asyncio.CancelledError:
        exchange.finish(leg, "completed")
        if leg.interruption is None:
            raise
    finally:
        leg.step = None
    return leg.live


async def _bridge(program: Program, element: Verb, callee: Leg) -> Params:
    """Talk until the callee hangs up or the time limit passes; the caller's hang-up arrives as a cancellation."""
    exchange, leg = program.exchange, program.leg
    exchange.answer(leg)
    leg.peers, callee.peers = lambda: [callee], lambda: [leg]
    leg.speakers, callee.speakers = leg.peers, callee.peers
    began = exchange.clock.now()
    exchange.joined(leg, callee.to)
    exchange.joined(callee, leg.frm)
    try:
        await exchange.clock.wait_for(callee.over.wait(), element.number("timeLimit", 14400))
    except TimeoutError:
        exchange.hang_up(callee, "carrier", "completed")
    finally:
        leg.peers, callee.peers = list, list
        leg.speakers, callee.speakers = list, list
    seconds = round((exchange.clock.now() - began).total_seconds())
    return {
        "DialCallStatus": "completed",
        "DialCallSid": callee.sid,
        "DialCallDuration": str(seconds),
        "DialBridged": "true",
    }
