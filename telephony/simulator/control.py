"""The control API: telephones for people and programs, mishaps, the clock, and what the carrier knows."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from telephony.simulator import mishaps, numberbook
from telephony.simulator.devices import Device, Manner
from telephony.simulator.ear import ear
from telephony.simulator.exchange import Exchange
from telephony.simulator.leg import Leg, new_sid
from telephony.simulator.state import EXCHANGE
from telephony.simulator.transport import Request
from telephony.simulator.twiml import TwimlError

LONGEST_POLL = 30.0
HEARTBEAT_SECONDS = 15.0


def leg_facts(leg: Leg) -> dict[str, Any]:
    """What the carrier knows of one leg, for telephones and for comparing registers."""
    return {
        "sid": leg.sid,
        "parent": leg.parent_sid,
        "direction": leg.direction,
        "from": leg.frm,
        "to": leg.to,
        "state": leg.status,
        "live": leg.live,
        "doing": leg.doing,
        "listening": leg.keys is not None,
        "listening_to_words": leg.ears is not None,
        "answered_by": leg.answered_by,
        "created_at": leg.created_at.isoformat(),
        "answered_at": leg.answered_at.isoformat() if leg.answered_at else None,
        "ended_at": leg.ended_at.isoformat() if leg.ended_at else None,
        "ended_by": leg.ended_by,
        "duration": leg.duration,
        "talks_with": [other.sid for other in leg.peers()],
        "hears": [other.sid for other in leg.speakers()],
        "ear": ear(leg),
        "dead_air": leg.dead_air,
    }


def _leg(request: web.Request) -> Leg:
    leg = request.app[EXCHANGE].legs.get(request.match_info["sid"])
    if leg is None:
        raise web.HTTPNotFound(text="no such call")
    return leg


async def json_body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json() if request.can_read_body else {}
    except ValueError:
        raise web.HTTPBadRequest(text="not JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is wanted")
    return body


# --- the box itself -----------------------------------------------------------------------------------


async def state(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return web.json_response(
        {
            "settings": {**exchange.settings.shown(), "speed": exchange.clock.speed},
            "numbers": sorted(exchange.numbers),
            "telephones": [
                {"address": address, "manner": asdict(device.manner), "engaged": device.engaged}
                for address, devices in exchange.devices.by_address.items()
                for device in devices
            ],
            "queues": {queue.name: len(queue.members) for queue in exchange.queues.values()},
            "conferences": {
                one.name: {"sid": one.sid, "participants": list(one.participants)}
                for one in exchange.conferences.values()
                if one.status != "completed"
            },
            "live": sum(leg.live for leg in exchange.legs.values()),
            "faults": exchange.faults.listed(),
            "errors": exchange.errors,
            "warnings": list(exchange.warnings)[-200:],
        }
    )


async def change_settings(request: web.Request) -> web.Response:
    exchange, facts = request.app[EXCHANGE], await json_body(request)
    speed = float(facts.pop("speed", exchange.clock.speed))
    if speed <= 0:
        raise ValueError("speed must be positive")
    exchange.clock.speed = speed
    exchange.settings.change(facts)
    return web.json_response({**exchange.settings.shown(), "speed": speed})


async def add_number(request: web.Request) -> web.Response:
    facts = await json_body(request)
    number = str(facts.pop("number"))
    made = request.app[EXCHANGE].add_number(number, **{k: str(facts[k]) for k in numberbook.CHANGEABLE if k in facts})
    return web.json_response({"number": made.number, "sid": made.sid, "voice_url": made.voice_url}, status=201)


async def reset(request: web.Request) -> web.Response:
    """End every call, unplug every telephone, forget mishaps and logs; numbers stay."""
    exchange = request.app[EXCHANGE]
    exchange.faults.clear()
    for leg in list(exchange.legs.values()):
        exchange.hang_up(leg, "carrier")
    for devices in list(exchange.devices.by_address.values()):
        for device in list(devices):
            exchange.devices.detach(device)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(exchange.post.settle(), 5)
    exchange.empty()
    exchange.post.log.clear()
    exchange.rest_log.clear()
    exchange.errors.clear()
    exchange.warnings.clear()
    return web.json_response({})


async def settle(request: web.Request) -> web.Response:
    """Returns once every callback sent so far has been delivered."""
    await asyncio.wait_for(request.app[EXCHANGE].post.settle(), LONGEST_POLL)
    return web.json_response({})


# --- mishaps ------------------------------------------------------------------------------------------


async def faults(request: web.Request) -> web.Response:
    return web.json_response(request.app[EXCHANGE].faults.listed())


async def add_fault(request: web.Request) -> web.Response:
    fault = request.app[EXCHANGE].faults.add(await json_body(request))
    return web.json_response(vars(fault), status=201)


async def clear_faults(request: web.Request) -> web.Response:
    request.app[EXCHANGE].faults.clear()
    return web.json_response([])


async def send(request: web.Request) -> web.Response:
    """Send any request to the application, rightly signed or forged: replays, late callbacks, attacks."""
    exchange, facts = request.app[EXCHANGE], await json_body(request)
    wanted = Request(
        str(facts.get("method", "POST")),
        str(facts["url"]),
        {str(k): str(v) for k, v in facts.get("params", {}).items()},
        exchange.settings.http_timeout,
        forged=bool(facts.get("forged", False)),
    )
    try:
        reply = await exchange.transport.send(wanted)
    except TwimlError as problem:
        return web.json_response({"error": problem.code, "text": str(problem)})
    return web.json_response({"status": reply.status, "body": reply.body.decode(errors="replace")})


# --- what the carrier knows ---------------------------------------------------------------------------


async def calls(request: web.Request) -> web.Response:
    legs = request.app[EXCHANGE].legs.values()
    wanted = request.query.get("direction", "")
    return web.json_response([leg_facts(leg) for leg in legs if not wanted or leg.direction == wanted])


async def call(request: web.Request) -> web.Response:
    leg = _leg(request)
    return web.json_response({**leg_facts(leg), "events": leg.events})


async def requests_sent(request: web.Request) -> web.Response:
    """The log of what was sent to the application; `kind`, `path` and `sid` narrow it."""
    query, rows = request.query, list(request.app[EXCHANGE].post.log)
    if "kind" in query:
        rows = [row for row in rows if row["kind"] == query["kind"]]
    if "path" in query:
        rows = [row for row in rows if query["path"] in row["url"]]
    if "sid" in query:
        rows = [row for row in rows if row["params"].get("CallSid") == query["sid"]]
    return web.json_response(rows)


async def rest_requests(request: web.Request) -> web.Response:
    """What the application asked of REST, with the status it was answered."""
    return web.json_response(list(request.app[EXCHANGE].rest_log))


async def recordings(request: web.Request) -> web.Response:
    rows = request.app[EXCHANGE].recordings.values()
    facts = [{**vars(row), "started_at": row.started_at.isoformat()} for row in rows]
    return web.json_response(facts)


# --- telephones ---------------------------------------------------------------------------------------


async def dial(request: web.Request) -> web.Response:
    """Somebody dials a number: {"number", "caller", "caller_name", "speaks", "hang_up_at", "patience", "verstat",
    "forwarded_from"}.

    `mishap` names what befalls the call, and `after` when: see mishaps.py.
    """
    facts = await json_body(request)
    mishap, after = str(facts.pop("mishap", "") or ""), facts.pop("after", None)
    if mishap:
        mishaps.check(mishap)
    number, caller = str(facts.pop("number", "")), str(facts.pop("caller", "") or "anonymous")
    names = ("caller_name", "speaks", "hang_up_at", "patience", "verstat", "forwarded_from", "page")
    known = {k: facts[k] for k in names if k in facts}
    if not number:
        raise ValueError("a number to dial is wanted")
    leg = request.app[EXCHANGE].dial_in(number, caller, **known)
    if mishap:
        mishaps.befall(request.app[EXCHANGE], leg, mishap, float(after) if after is not None else None)
    return web.json_response(leg_facts(leg), status=201)


async def wait(request: web.Request) -> web.Response:
    """Long poll: the events of a call after number `after`, as soon as there are any."""
    leg, after = _leg(request), int(request.query.get("after", "0"))
    timeout = min(float(request.query.get("timeout", "20")), LONGEST_POLL)
    if len(leg.events) <= after and leg.live:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(leg.news.wait(), timeout)
    return web.json_response({**leg_facts(leg), "events": leg.events[after:]})


async def press(request: web.Request) -> web.Response:
    """Press keys: {"digits", "after"}. With `after`, the number of keys pressed before, it is safe to ask again."""
    facts = await json_body(request)
    digits, after = str(facts.get("digits", "")), facts.get("after")
    return web.json_response({"heard": _leg(request).press(digits, after if isinstance(after, int) else None)})


async def say(request: web.Request) -> web.Response:
    facts = await json_body(request)
    request.app[EXCHANGE].speak(_leg(request), str(facts.get("text", ""))[:2000])
    return web.json_response({})


async def hang_up(request: web.Request) -> web.Response:
    leg = _leg(request)
    request.app[EXCHANGE].hang_up(leg, "caller" if leg.direction == "inbound" else "callee")
    return web.json_response(leg_facts(leg))


async def attach(request: web.Request) -> web.Response:
    """Plug in a telephone: {"address": "+47…" or "client:…", "mode", "after", "press", "hang_up_after", "page"}."""
    facts = await json_body(request)
    page = str(facts.get("page", ""))
    device = Device(str(facts["address"]), Manner.of(facts), session=new_sid("TE"), page=page)
    request.app[EXCHANGE].devices.attach(device)
    return web.json_response({"session": device.session, "address": device.address}, status=201)


def _device(request: web.Request) -> Device:
    device = request.app[EXCHANGE].devices.find(request.match_info["session"])
    if device is None:
        raise web.HTTPNotFound(text="no such telephone")
    return device


async def detach(request: web.Request) -> web.Response:
    request.app[EXCHANGE].devices.detach(_device(request))
    return web.json_response({})


async def manner(request: web.Request) -> web.Response:
    device, facts = _device(request), await json_body(request)
    device.manner = Manner.of({**vars(device.manner), **facts})
    return web.json_response(vars(device.manner))


async def device_events(request: web.Request) -> web.Response:
    """Long poll on a telephone: what happened to it after event number `after`."""
    device, after = _device(request), int(request.query.get("after", "0"))
    timeout = min(float(request.query.get("timeout", "20")), LONGEST_POLL)
    if device.last <= after:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(device.news.wait(), timeout)
    return web.json_response({"events": device.since(after)})


async def device_answer(request: web.Request) -> web.Response:
    """Answer or decline whatever rings on a telephone, or the call named by `sid`; or let a voicemail box pick up."""
    device, facts = _device(request), await json_body(request)
    leg = device.ringing.get(str(facts.get("sid") or next(iter(device.ringing), "")))
    devices = request.app[EXCHANGE].devices
    acts = {"answer": devices.answer, "decline": devices.decline, "voicemail": devices.voicemail}
    act = acts[request.match_info["act"]]
    done = bool(leg is not None and act(device, leg))
    return web.json_response({"done": done, "sid": leg.sid if leg else None})


async def stream(request: web.Request) -> web.StreamResponse:
    """Everything that happens, as server-sent events; `page` narrows it to the calls dialled with that word."""
    exchange, page = request.app[EXCHANGE], request.query.get("page", "")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    exchange.listeners.add(inbox)
    exchange.pages[page] += 1
    try:
        await response.write(b": hello\n\n")
        while True:
            await _forward(inbox, response, lambda event: not page or _concerns(exchange, event, page))
    except (ConnectionError, asyncio.CancelledError):
        return response
    finally:
        exchange.listeners.discard(inbox)
        exchange.pages[page] -= 1
        if page:
            exchange.spawn(_unplug(exchange, page))


def _concerns(exchange: Exchange, event: dict[str, Any], page: str) -> bool:
    """Whether a page may hear an event: of calls dialled there, and of telephones that stand there."""
    if event.get("device"):
        return bool(event.get("page") == page)
    leg = exchange.legs.get(event.get("sid", ""))
    return leg is not None and leg.page == page


async def _unplug(exchange: Exchange, page: str) -> None:
    """The telephones of a page that nobody has open any more do not go on picking up."""
    await asyncio.sleep(exchange.settings.client_grace)
    if exchange.pages[page] > 0:
        return
    del exchange.pages[page]
    for devices in list(exchange.devices.by_address.values()):
        for device in [one for one in devices if one.page == page]:
            exchange.devices.detach(device)


async def _forward(
    inbox: "asyncio.Queue[dict[str, Any]]", response: web.StreamResponse, wanted: Callable[[dict[str, Any]], bool]
) -> None:
    try:
        event = await asyncio.wait_for(inbox.get(), HEARTBEAT_SECONDS)
    except TimeoutError:
        await response.write(b": still here\n\n")
        return
    if wanted(event):
        await response.write(f"data: {json.dumps(event)}\n\n".encode())


@web.middleware
async def plain_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """A wrong value in the control API is 400 with a sentence."""
    try:
        return await handler(request)
    except (ValueError, KeyError, TypeError) as problem:
        if not request.path.startswith("/simulator/"):
            raise
        return web.json_response({"error": f"{problem}"}, status=400)


def routes() -> list[web.RouteDef]:
    api = "/simulator/api"
    return [
        web.get(f"{api}/state", state),
        web.post(f"{api}/settings", change_settings),
        web.post(f"{api}/numbers", add_number),
        web.post(f"{api}/reset", reset),
        web.post(f"{api}/settle", settle),
        web.get(f"{api}/faults", faults),
        web.post(f"{api}/faults", add_fault),
        web.delete(f"{api}/faults", clear_faults),
        web.post(f"{api}/send", send),
        web.get(f"{api}/calls", calls),
        web.get(f"{api}/calls/{{sid}}", call),
        web.get(f"{api}/calls/{{sid}}/wait", wait),
        web.post(f"{api}/calls/{{sid}}/press", press),
        web.post(f"{api}/calls/{{sid}}/say", say),
        web.post(f"{api}/calls/{{sid}}/hang-up", hang_up),
        web.get(f"{api}/requests", requests_sent),
        web.get(f"{api}/rest", rest_requests),
        web.get(f"{api}/recordings", recordings),
        web.post(f"{api}/dial", dial),
        web.post(f"{api}/telephones", attach),
        web.delete(f"{api}/telephones/{{session}}", detach),
        web.post(f"{api}/telephones/{{session}}/manner", manner),
        web.get(f"{api}/telephones/{{session}}/events", device_events),
        web.post(f"{api}/telephones/{{session}}/{{act:answer|decline|voicemail}}", device_answer),
        web.get(f"{api}/stream", stream),
    ]
