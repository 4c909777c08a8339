"""Browser telephones: an identity proved by a token, a stream of what happens, and the buttons."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import web

from telephony.simulator.control import HEARTBEAT_SECONDS
from telephony.simulator.devices import Device
from telephony.simulator.exchange import Exchange
from telephony.simulator.leg import Leg, new_sid
from telephony.simulator.state import EXCHANGE

LOOK_SECONDS = 0.5


class BadToken(Exception):
    """A token that proves nothing; the text says why."""


def _part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def identity_of(token: str, account_sid: str, secret: str) -> str:
    """The identity that an access token grants. Raises BadToken for a wrong signature, age, account or grant."""
    try:
        head, body, mark = token.split(".")
        given = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
        header, claims = _part(head), _part(body)
        expires, identity = float(claims["exp"]), claims["grants"]["identity"]
        allowed = claims["grants"]["voice"]["incoming"]["allow"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BadToken("not an access token") from None
    wanted = hmac.new(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    if header.get("alg") != "HS256" or not hmac.compare_digest(given, wanted):
        raise BadToken("wrong signature")
    if expires < time.time():
        raise BadToken("expired")
    if claims.get("sub") != account_sid or not allowed or not isinstance(identity, str) or not identity:
        raise BadToken("does not allow incoming calls of this account")
    return identity


async def register(request: web.Request) -> web.Response:
    """A browser says who it is: Authorization: Bearer <token>. Answers a session for the stream and the buttons."""
    exchange = request.app[EXCHANGE]
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    try:
        identity = identity_of(token, exchange.settings.account_sid, exchange.settings.auth_token)
    except BadToken as bad:
        return web.json_response({"code": 31204, "error": str(bad)}, status=401)
    device = Device(f"client:{identity}", session=new_sid("TE"))
    exchange.devices.attach(device)
    exchange.spawn(_expire(exchange, device))
    return web.json_response({"session": device.session, "identity": identity}, status=201)


async def _expire(exchange: Exchange, device: Device) -> None:
    """Unplug a browser that has not held its stream for the grace time."""
    while exchange.devices.find(device.session) is device:
        if device.streams == 0 and time.monotonic() - device.seen > exchange.settings.client_grace:
            exchange.devices.detach(device)
            return
        await asyncio.sleep(0.2)


def _device(request: web.Request) -> Device:
    device = request.app[EXCHANGE].devices.find(request.match_info["session"])
    if device is None:
        raise web.HTTPGone(text="not registered any more")
    return device


async def stream(request: web.Request) -> web.StreamResponse:
    """What happens to this browser's telephone, as server-sent events; Last-Event-ID resumes."""
    device = _device(request)
    last = request.headers.get("Last-Event-ID", "")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    device.streams += 1
    try:
        await response.write(b"retry: 1000\n\n")
        sent = int(last) if last.isdigit() else device.last
        if not last.isdigit():  # a new page: how things stand now, then what happens from here on
            await response.write(f"event: now\ndata: {json.dumps(_now(device))}\n\n".encode())
        await _follow(request, device, response, sent)
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        device.streams -= 1
        device.seen = time.monotonic()
    return response


def _now(device: Device) -> dict[str, Any]:
    """What rings and what is talked on at this moment."""

    def shown(leg: Leg | None) -> dict[str, Any] | None:
        return {"sid": leg.sid, "from": leg.frm, "to": leg.to, "parameters": leg.custom} if leg else None

    talking = next((leg for leg in device.talking.values() if leg.live), None)
    return {"ringing": shown(next(iter(device.ringing.values()), None)), "talking": shown(talking)}


async def _follow(request: web.Request, device: Device, response: web.StreamResponse, sent: int) -> None:
    """Write what happens until the telephone is unplugged or the browser is gone, looked for twice a second."""
    exchange, wrote = request.app[EXCHANGE], time.monotonic()
    while exchange.devices.find(device.session) is device:
        if request.transport is None or request.transport.is_closing():
            return
        fresh = device.since(sent)
        for event in fresh:
            await response.write(f"id: {event['number']}\ndata: {json.dumps(event)}\n\n".encode())
        sent = fresh[-1]["number"] if fresh else sent
        if not fresh and time.monotonic() - wrote > HEARTBEAT_SECONDS:
            await response.write(b": still here\n\n")
        elif not fresh:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(device.news.wait(), LOOK_SECONDS)
            continue
        wrote = time.monotonic()


async def act(request: web.Request) -> web.Response:
    """The buttons: accept, decline, hang-up, press, say, mute, unregister."""
    exchange, device, what = request.app[EXCHANGE], _device(request), request.match_info["act"]
    facts: dict[str, Any] = {}
    if request.can_read_body:
        with contextlib.suppress(ValueError):
            facts = await request.json()
    if what == "unregister":
        exchange.devices.detach(device)
        return web.json_response({"done": True})
    ringing, talking = next(iter(device.ringing.values()), None), next(iter(device.talking.values()), None)
    done = False
    if what in ("accept", "decline") and ringing is not None:
        done = (exchange.devices.answer if what == "accept" else exchange.devices.decline)(device, ringing)
    elif what == "hang-up" and talking is not None:
        exchange.hang_up(talking, "callee")
        done = True
    elif what == "press" and talking is not None:
        done = talking.press(str(facts.get("digits", "")))
    elif what == "mute" and talking is not None:
        talking.silenced = bool(facts.get("on"))
        done = True
    elif what == "say" and talking is not None:
        exchange.speak(talking, str(facts.get("text", ""))[:2000])
        done = True
    return web.json_response({"done": done})


def routes() -> list[web.RouteDef]:
    return [
        web.post("/simulator/client/register", register),
        web.get("/simulator/client/{session}/stream", stream),
        web.post("/simulator/client/{session}/{act:accept|decline|hang-up|press|mute|say|unregister}", act),
    ]
