"""Queues and their members, recordings, incoming phone numbers."""

import re
from typing import Any

from aiohttp import web

from telephony.simulator import numberbook
from telephony.simulator.exchange import Exchange, Refusal
from telephony.simulator.numberbook import Number
from telephony.simulator.queues import Member, Queue
from telephony.simulator.recordings import Recording, tone
from telephony.simulator.rest import shapes
from telephony.simulator.rest.calls import LIVE_ONLY, document
from telephony.simulator.state import EXCHANGE

E164 = re.compile(r"\+[1-9][0-9]{4,14}")


def missing(kind: str, sid: str) -> Refusal:
    return Refusal(404, 20404, f"The requested resource /{kind}/{sid}.json was not found")


# --- queues -------------------------------------------------------------------------------------------


def _queue(exchange: Exchange, sid: str) -> Queue:
    for queue in exchange.queues.values():
        if queue.sid == sid:
            return queue
    raise missing("Queues", sid)


def _member(queue: Queue, ref: str) -> Member:
    """A member by CallSid, or whoever stands at the front."""
    for member in queue.members:
        if ref in ("Front", member.leg.sid):
            return member
    raise missing("Members", ref)


async def queues(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return shapes.page(request, "queues", list(exchange.queues.values()), lambda q: shapes.queue(exchange, q))


async def create_queue(request: web.Request) -> web.Response:
    exchange, form = request.app[EXCHANGE], await request.post()
    name = str(form.get("FriendlyName", ""))
    if not name:
        raise Refusal(400, 20001, "FriendlyName is required")
    if name in exchange.queues:
        raise Refusal(400, 22003, "A queue with this name exists")
    made = exchange.queue(name, int(str(form.get("MaxSize", "1000"))))
    return web.json_response(shapes.queue(exchange, made), status=201)


async def queue(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return web.json_response(shapes.queue(exchange, _queue(exchange, request.match_info["queue"])))


async def members(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    found = _queue(exchange, request.match_info["queue"])
    return shapes.page(request, "queue_members", found.members, lambda m: shapes.member(exchange, found, m))


async def member(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    found = _queue(exchange, request.match_info["queue"])
    return web.json_response(shapes.member(exchange, found, _member(found, request.match_info["call"])))


async def dequeue(request: web.Request) -> web.Response:
    """Take a caller out of the queue and redirect them."""
    exchange, form = request.app[EXCHANGE], await request.post()
    found = _queue(exchange, request.match_info["queue"])
    taken = _member(found, request.match_info["call"])
    goto = document(form)
    if goto is None:
        raise Refusal(400, 21205, "Url parameter is required.")
    if not taken.leg.live:
        raise Refusal(400, 21220, LIVE_ONLY)
    shown = shapes.member(exchange, found, taken)
    taken.leg.interrupt(goto)
    return web.json_response(shown)


# --- recordings ---------------------------------------------------------------------------------------


def _recording(exchange: Exchange, sid: str) -> Recording:
    found = exchange.recordings.get(sid.removesuffix(".wav").removesuffix(".mp3"))
    if found is None:
        raise missing("Recordings", sid)
    return found


async def recordings(request: web.Request) -> web.Response:
    exchange, query = request.app[EXCHANGE], request.query
    call = request.match_info.get("call") or query.get("CallSid", "")
    conference = request.match_info.get("conference") or query.get("ConferenceSid", "")
    rows = [
        one
        for one in exchange.recordings.values()
        if (not call or one.call_sid == call) and (not conference or one.conference_sid == conference)
    ]
    rows.sort(key=lambda one: one.started_at, reverse=True)
    return shapes.page(request, "recordings", rows, lambda one: shapes.recording(exchange, one))


async def recording(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return web.json_response(shapes.recording(exchange, _recording(exchange, request.match_info["sid"])))


async def media(request: web.Request) -> web.Response:
    """The sound: a tone as long as the recording. What was said is in the control API."""
    found = _recording(request.app[EXCHANGE], request.match_info["sid"])
    if not found.over:
        raise missing("Recordings", found.sid)
    return web.Response(body=tone(found.seconds), content_type="audio/wav")


async def forget_recording(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    found = _recording(exchange, request.match_info["sid"])
    if not found.over:
        raise Refusal(400, 20001, "The recording is still being made")
    del exchange.recordings[found.sid]
    return web.Response(status=204)


# --- numbers ------------------------------------------------------------------------------------------


def _number(exchange: Exchange, sid: str) -> Number:
    for number in exchange.numbers.values():
        if number.sid == sid:
            return number
    raise missing("IncomingPhoneNumbers", sid)


async def numbers(request: web.Request) -> web.Response:
    exchange, wanted = request.app[EXCHANGE], request.query.get("PhoneNumber", "")
    if wanted.startswith("+") and "*" not in wanted:
        exchange.number(wanted)  # asked for by name, an open number is made up as it is when it is called
    rows = [number for number in exchange.numbers.values() if wanted.strip("*") in number.number]
    return shapes.page(request, "incoming_phone_numbers", rows, lambda n: shapes.number(exchange, n))


async def number(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return web.json_response(shapes.number(exchange, _number(exchange, request.match_info["sid"])))


def _facts(form: Any) -> dict[str, str]:
    names = {"".join(part.title() for part in name.split("_")): name for name in numberbook.CHANGEABLE}
    return {names[key]: str(value) for key, value in form.items() if key in names}


async def update_number(request: web.Request) -> web.Response:
    exchange, form = request.app[EXCHANGE], await request.post()
    found = _number(exchange, request.match_info["sid"])
    facts = _facts(form)
    if facts.get("voice_fallback_url") and not (facts.get("voice_url") or found.voice_url):
        raise Refusal(400, 21405, "VoiceFallbackUrl requires a VoiceUrl")
    for name, value in facts.items():
        setattr(found, name, value)
    exchange.journal.number(found)
    return web.json_response(shapes.number(exchange, found))


async def buy_number(request: web.Request) -> web.Response:
    exchange, form = request.app[EXCHANGE], await request.post()
    wanted = str(form.get("PhoneNumber", ""))
    if not wanted:
        raise Refusal(400, 21452, "No PhoneNumber given")
    if not E164.fullmatch(wanted):
        raise Refusal(400, 21421, f"{wanted} is not a valid number")
    if wanted in exchange.numbers:
        raise Refusal(400, 21422, f"{wanted} is not available")
    made = exchange.add_number(wanted, **_facts(form))
    return web.json_response(shapes.number(exchange, made), status=201)
