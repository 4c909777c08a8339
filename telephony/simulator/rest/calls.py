"""Calls: create, fetch, list, update."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import web

from telephony.simulator import machines
from telephony.simulator.exchange import EVENTS, Exchange, Refusal
from telephony.simulator.leg import Goto, Leg, Subscription
from telephony.simulator.rest import shapes
from telephony.simulator.state import EXCHANGE
from telephony.simulator.twiml import TwimlError, parse

INLINE_LIMIT = 4000
LIVE_ONLY = "Call is not in-progress. Cannot redirect."


def found(exchange: Exchange, sid: str) -> Leg:
    leg = exchange.legs.get(sid)
    if leg is None:
        raise Refusal(404, 20404, f"The requested resource /Calls/{sid}.json was not found")
    return leg


def inline(form: Any) -> str:
    """TwiML given by hand, held to its limits."""
    twiml = str(form.get("Twiml", ""))
    if len(twiml) > INLINE_LIMIT:
        raise Refusal(400, 32018, "Twiml size exceeded maximum allowed value")
    if twiml:
        try:
            parse(twiml.encode())
        except TwimlError as problem:
            raise Refusal(400, problem.code, str(problem)) from None
    return twiml


def document(form: Any) -> Goto | None:
    twiml = inline(form)
    if form.get("Url"):
        return Goto(form["Url"], form.get("Method", "POST").upper())
    return Goto(twiml=twiml) if twiml else None


def subscribed(form: Any, events: tuple[str, ...] = ("completed",)) -> list[Subscription]:
    """Where progress goes. The events are repeated keys; joined with spaces they do not count (21626)."""
    if not form.get("StatusCallback"):
        return []
    wanted = tuple(form.getall("StatusCallbackEvent", [])) or events
    known = tuple(event for event in wanted if event in EVENTS)
    return [Subscription(form["StatusCallback"], form.get("StatusCallbackMethod", "POST").upper(), known or events)]


def new_leg(exchange: Exchange, form: Any) -> Leg:
    """An outbound leg as asked for. Raises Refusal 21201 (no To), 21213 (no From), 21205 (bad address)."""
    if not form.get("To"):
        raise Refusal(400, 21201, "No 'To' number is specified")
    if not form.get("From"):
        raise Refusal(400, 21213, "No 'From' number is specified")
    to, _, query = form["To"].partition("?")
    custom = (
        dict(pair.partition("=")[::2] for pair in query.split("&") if pair)
        if to.startswith(("client:", "sip:"))
        else {}
    )
    return Leg(
        frm=form["From"],
        to=to,
        direction="outbound-api",
        account_sid=exchange.settings.account_sid,
        created_at=exchange.clock.now(),
        subscriptions=subscribed(form),
        custom=custom,
        detection=machines.wanted(form, machines.REST),
    )


async def create(request: web.Request) -> web.Response:
    exchange, form = request.app[EXCHANGE], await request.post()
    leg = new_leg(exchange, form)
    goto = document(form)
    if goto is None:
        raise Refusal(400, 21205, "Url parameter is required.")
    if form.get("FallbackUrl"):
        leg.fallback = Goto(str(form["FallbackUrl"]), str(form.get("FallbackMethod", "POST")).upper())
    exchange.call_out(leg, goto, float(str(form.get("Timeout", "60"))))
    return web.json_response(shapes.call(exchange, leg), status=201)


async def fetch(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    return web.json_response(shapes.call(exchange, found(exchange, request.match_info["sid"])))


def _moment(text: str) -> datetime:
    try:
        if len(text) == len("2026-01-31"):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        at = datetime.fromisoformat(text)
    except ValueError:
        at = parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _filters(query: Any) -> list[Callable[[Leg], bool]]:
    tests: list[Callable[[Leg], bool]] = []
    plain: dict[str, Callable[[Leg], str]] = {
        "To": lambda leg: leg.to,
        "From": lambda leg: leg.frm,
        "Status": lambda leg: leg.status,
        "ParentCallSid": lambda leg: leg.parent_sid,
    }
    for name, read in plain.items():
        if name in query:
            tests.append(lambda leg, read=read, want=query[name]: read(leg) == want)  # type: ignore[misc]
    times: dict[str, Callable[[Leg], datetime | None]] = {
        "StartTime": lambda leg: leg.answered_at or leg.created_at,
        "EndTime": lambda leg: leg.ended_at,
    }
    for name, moment in times.items():
        if f"{name}>" in query:
            at = _moment(query[f"{name}>"])
            tests.append(lambda leg, moment=moment, at=at: (found := moment(leg)) is not None and found >= at)  # type: ignore[misc]
        if f"{name}<" in query:
            at = _moment(query[f"{name}<"])
            tests.append(lambda leg, moment=moment, at=at: (found := moment(leg)) is not None and found <= at)  # type: ignore[misc]
        if name in query:
            day = _moment(query[name]).date()
            tests.append(lambda leg, moment=moment, day=day: (found := moment(leg)) is not None and found.date() == day)  # type: ignore[misc]
    return tests


async def listed(request: web.Request) -> web.Response:
    exchange, tests = request.app[EXCHANGE], _filters(request.query)
    rows = [leg for leg in exchange.legs.values() if all(test(leg) for test in tests)]
    rows.sort(key=lambda leg: leg.created_at, reverse=True)
    return shapes.page(request, "calls", rows, lambda leg: shapes.call(exchange, leg))


async def update(request: web.Request) -> web.Response:
    """Redirect a call, or end it. A call that is over answers 21220."""
    exchange, form = request.app[EXCHANGE], await request.post()
    leg = found(exchange, request.match_info["sid"])
    goto, status = document(form), form.get("Status", "")
    if goto is not None:
        if leg.status != "in-progress":
            raise Refusal(400, 21220, LIVE_ONLY)
        leg.interrupt(goto)
    elif status == "completed":
        if not leg.live:
            raise Refusal(400, 21220, LIVE_ONLY)
        exchange.hang_up(leg, "api")
    elif status == "canceled":
        if leg.live and leg.answered_at is None:
            exchange.hang_up(leg, "api", "canceled")
        elif not leg.live:
            raise Refusal(400, 21220, LIVE_ONLY)
    elif not form:
        raise Refusal(400, 21218, "Nothing to update.")
    return web.json_response(shapes.call(exchange, leg))
