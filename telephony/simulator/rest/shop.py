"""Numbers that can be bought, and what they cost: made up, but the same on every day."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from telephony.simulator.exchange import Exchange, Refusal
from telephony.simulator.numbers import PREFIXES
from telephony.simulator.rest import shapes
from telephony.simulator.state import EXCHANGE

# How a national number begins, how long it is, and what it costs a month in US dollars.
_KINDS = {
    "Local": ("local", "2", 8, "1.15"),
    "Mobile": ("mobile", "9", 8, "3.00"),
    "TollFree": ("toll free", "800", 8, "2.15"),
}
_SHOWN = 10
_PATTERN = re.compile(r"\+?[0-9*]{0,15}")


def _prefix(request: web.Request) -> str:
    country = request.match_info["country"]
    if country not in PREFIXES:
        raise Refusal(404, 20404, f"The requested resource {request.path} was not found")
    return PREFIXES[country]


def _stock(prefix: str, kind: str, wanted: str) -> Iterator[str]:
    """Many numbers, each with `wanted` as its last digits; a star there is any digit."""
    _name, lead, length, _price = _KINDS[kind]
    for index in range(1000):
        digest = hashlib.sha256(f"{prefix}{kind}{index}".encode()).hexdigest()
        digits = [str(int(each, 16) % 10) for each in digest[: length - len(lead)]]
        for place, digit in enumerate(wanted[-len(digits) :][::-1], start=1):
            if digit != "*":
                digits[-place] = digit
        yield prefix + lead + "".join(digits)


async def available(request: web.Request) -> web.Response:
    """Numbers of a country and kind, none of which the account owns yet."""
    exchange, prefix = request.app[EXCHANGE], _prefix(request)
    kind = request.match_info["kind"]
    if kind not in _KINDS:
        raise Refusal(404, 20404, f"The requested resource {request.path} was not found")
    wanted = request.query.get("Contains", "")
    if not _PATTERN.fullmatch(wanted):
        raise Refusal(400, 21421, f"{wanted} is not a pattern of a number")
    size = int(request.query.get("PageSize", str(_SHOWN)))
    pattern = wanted.removeprefix("+").removeprefix(prefix.removeprefix("+")) if wanted.startswith("+") else wanted
    free = dict.fromkeys(one for one in _stock(prefix, kind, pattern) if one not in exchange.numbers)
    rows = [_shape(one, request.match_info["country"]) for one in list(free)[: min(size, _SHOWN)]]
    return web.json_response({"available_phone_numbers": rows, "uri": request.path})


def _shape(number: str, country: str) -> dict[str, Any]:
    return {
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"mms": False, "sms": False, "voice": True},
        "friendly_name": number,
        "iso_country": country,
        "lata": None,
        "latitude": None,
        "locality": None,
        "longitude": None,
        "phone_number": number,
        "postal_code": None,
        "rate_center": None,
        "region": None,
    }


async def countries(request: web.Request) -> web.Response:
    exchange = request.app[EXCHANGE]
    rows = [_country(exchange, country) for country in sorted(PREFIXES)]
    return web.json_response({"countries": rows, "uri": request.path})


async def country(request: web.Request) -> web.Response:
    _prefix(request)
    return web.json_response(_country(request.app[EXCHANGE], request.match_info["country"]))


def _country(exchange: Exchange, country: str) -> dict[str, Any]:
    base = f"{shapes.root(exchange)}/AvailablePhoneNumbers/{country}"
    kinds = {"local": "Local", "mobile": "Mobile", "toll_free": "TollFree"}
    return {
        "beta": False,
        "country": country,
        "country_code": country,
        "subresource_uris": {name: f"{base}/{kind}.json" for name, kind in kinds.items()},
        "uri": f"{base}.json",
    }


async def prices(request: web.Request) -> web.Response:
    """The carrier's list of prices, which lives at an address of its own."""
    _prefix(request)
    code = request.match_info["country"]
    rows = [
        {"number_type": name, "base_price": price, "current_price": price}
        for name, _lead, _length, price in _KINDS.values()
    ]
    answer = {"country": code, "iso_country": code, "phone_number_prices": rows, "price_unit": "usd"}
    return web.json_response({**answer, "url": str(request.url)})
