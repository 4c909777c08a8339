"""What every REST request passes: mishaps, credentials, errors in the carrier's words, and the routes."""

import asyncio
import base64
import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from telephony.simulator.exchange import Exchange, Refusal
from telephony.simulator.faults import Fault
from telephony.simulator.leg import new_sid
from telephony.simulator.rest import calls, conferences, others, shop
from telephony.simulator.state import EXCHANGE

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/2010-04-01/Accounts/{account}"
PRICES = "/v1/PhoneNumbers/"
HANG_SECONDS = 3600.0
_CODES = {429: 20429, 500: 20500, 503: 20503}
_WORDS = {429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


def refusal(status: int, code: int, message: str) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return web.json_response({"code": code, "message": message, "more_info": more, "status": status}, status=status)


def _known(request: web.Request, exchange: Exchange) -> bool:
    """Basic credentials: the account's sid and token, for this account's addresses only."""
    wanted = f"{exchange.settings.account_sid}:{exchange.settings.auth_token}"
    given = request.headers.get("Authorization", "").removeprefix("Basic ")
    try:
        right = hmac.compare_digest(base64.b64decode(given, validate=True), wanted.encode())
    except ValueError:
        return False
    return right and request.match_info.get("account") in (None, exchange.settings.account_sid)


async def _mishap(request: web.Request, handler: Handler, fault: Fault) -> web.StreamResponse:
    if fault.processed:
        await handler(request)
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds or HANG_SECONDS)
    if fault.kind == "status":
        answer = refusal(fault.status, _CODES.get(fault.status, 20500), _WORDS.get(fault.status, "Error"))
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _entry(
    exchange: Exchange, request: web.Request, form: list[Any], answer: web.StreamResponse, fault: Fault | None
) -> dict[str, Any]:
    return {
        "at": exchange.clock.now().isoformat(),
        "method": request.method,
        "path": request.path,
        "query": list(request.query.items()),
        "form": form,
        "status": answer.status,
        "mishap": fault.kind if fault else "",
    }


@web.middleware
async def door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wraps REST only; the control API has its own rules."""
    if not request.path.startswith(("/2010-04-01/", PRICES)):
        return await handler(request)
    exchange = request.app[EXCHANGE]
    if not _known(request, exchange):
        return refusal(401, 20003, "Authenticate")
    form = list((await request.post()).items()) if request.method == "POST" else []
    fault = exchange.faults.strike("status", "hang", "drop", on="rest", path=request.path, method=request.method)
    try:
        answer = await (_mishap(request, handler, fault) if fault else handler(request))
    except Refusal as refused:
        answer = refusal(refused.status, refused.code, str(refused))
    except web.HTTPNotFound:
        answer = refusal(404, 20404, f"The requested resource {request.path} was not found")
    except web.HTTPMethodNotAllowed:
        answer = refusal(405, 20004, "Method not allowed")
    except (ValueError, TypeError) as problem:
        answer = refusal(400, 20001, f"Invalid parameter: {problem}")
    if not request.path.startswith(PRICES):  # another API, not of the description that the log is held against
        exchange.rest_log.append(_entry(exchange, request, form, answer, fault))
    answer.headers["Twilio-Request-Id"] = new_sid("RQ")
    answer.headers["Twilio-Concurrent-Requests"] = "1"
    return answer


def routes() -> list[web.RouteDef]:
    def at(method: str, path: str, handler: Handler) -> web.RouteDef:
        return web.route(method, PREFIX + path, handler)

    people = "/Conferences/{conference}/Participants"
    return [
        at("POST", "/Calls.json", calls.create),
        at("GET", "/Calls.json", calls.listed),
        at("GET", "/Calls/{sid}.json", calls.fetch),
        at("POST", "/Calls/{sid}.json", calls.update),
        at("GET", "/Calls/{call}/Recordings.json", others.recordings),
        at("GET", "/Queues.json", others.queues),
        at("POST", "/Queues.json", others.create_queue),
        at("GET", "/Queues/{queue}.json", others.queue),
        at("GET", "/Queues/{queue}/Members.json", others.members),
        at("GET", "/Queues/{queue}/Members/{call}.json", others.member),
        at("POST", "/Queues/{queue}/Members/{call}.json", others.dequeue),
        at("GET", "/Conferences.json", conferences.listed),
        at("GET", "/Conferences/{conference}.json", conferences.fetch),
        at("POST", "/Conferences/{conference}.json", conferences.update),
        at("GET", "/Conferences/{conference}/Recordings.json", others.recordings),
        at("POST", "/Conferences/{conference}/Recordings/{sid}.json", conferences.change_recording),
        at("GET", "/Conferences/{conference}/Recordings/{sid}.json", others.recording),
        at("DELETE", "/Conferences/{conference}/Recordings/{sid}.json", others.forget_recording),
        at("GET", f"{people}.json", conferences.participants),
        at("POST", f"{people}.json", conferences.add),
        at("GET", people + "/{ref}.json", conferences.participant),
        at("POST", people + "/{ref}.json", conferences.change),
        at("DELETE", people + "/{ref}.json", conferences.remove),
        at("GET", "/Recordings.json", others.recordings),
        at("GET", "/Recordings/{sid}.json", others.recording),
        at("DELETE", "/Recordings/{sid}.json", others.forget_recording),
        at("GET", "/Recordings/{sid}", others.media),
        at("GET", "/AvailablePhoneNumbers.json", shop.countries),
        at("GET", "/AvailablePhoneNumbers/{country}.json", shop.country),
        at("GET", "/AvailablePhoneNumbers/{country}/{kind}.json", shop.available),
        web.get(PRICES + "Countries/{country}", shop.prices),
        at("GET", "/IncomingPhoneNumbers.json", others.numbers),
        at("POST", "/IncomingPhoneNumbers.json", others.buy_number),
        at("GET", "/IncomingPhoneNumbers/{sid}.json", others.number),
        at("POST", "/IncomingPhoneNumbers/{sid}.json", others.update_number),
    ]
