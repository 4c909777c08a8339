"""The control API of whole days: let one begin, see how far it is, what the carrier knows of it; storms, and
dead air."""

from aiohttp import web

from telephony.simulator.control import json_body
from telephony.simulator.state import EXCHANGE, TRAFFIC
from telephony.simulator.storms import LIGHT, storm
from telephony.simulator.traffic import Plan, Traffic


async def begin(request: web.Request) -> web.Response:
    """Let a day begin: see traffic.Plan for its words. One at a time."""
    exchange, going = request.app[EXCHANGE], request.app[TRAFFIC]
    if going and not going[-1].over:
        raise web.HTTPConflict(text="a day is under way")
    traffic = Traffic(exchange, Plan.of(await json_body(request)))
    going[:] = [traffic]
    exchange.spawn(traffic.run())
    return web.json_response(traffic.facts(), status=201)


def _day(request: web.Request) -> Traffic:
    if not request.app[TRAFFIC]:
        raise web.HTTPNotFound(text="no day has begun")
    return request.app[TRAFFIC][-1]


async def progress(request: web.Request) -> web.Response:
    return web.json_response(_day(request).facts())


async def known(request: web.Request) -> web.Response:
    """What the carrier knows of each caller of the day."""
    return web.json_response(sorted(_day(request).known, key=lambda row: str(row["arrived_at"])))


async def latencies(request: web.Request) -> web.Response:
    """How fast the application answered of late: count, and milliseconds that so many stayed under."""
    took = sorted(request.app[EXCHANGE].post.took)

    def under(share: float) -> float:
        return 1000 * took[min(len(took) - 1, int(share * len(took)))] if took else 0.0

    told = {"count": len(took), "p50": under(0.5), "p95": under(0.95), "p99": under(0.99), "worst": under(1.0)}
    return web.json_response(told)


async def begin_storm(request: web.Request) -> web.Response:
    """Several mishaps at once: {"seed", "strength"}. Those in force before are cleared; chance is the seed's too."""
    exchange, facts = request.app[EXCHANGE], await json_body(request)
    seed = int(facts.get("seed", 1))
    drawn = storm(seed, float(facts.get("strength", LIGHT)))
    exchange.faults.clear()
    exchange.faults.seed(seed)
    for fault in drawn:
        exchange.faults.add(fault)
    return web.json_response(exchange.faults.listed(), status=201)


async def listen_for_dead_air(request: web.Request) -> web.Response:
    """From now on the longest dead air of every line is measured."""
    request.app[EXCHANGE].ears.listen()
    return web.json_response({})


def routes() -> list[web.RouteDef]:
    api = "/simulator/api"
    return [
        web.post(f"{api}/day", begin),
        web.get(f"{api}/day", progress),
        web.get(f"{api}/day/calls", known),
        web.get(f"{api}/latencies", latencies),
        web.post(f"{api}/storm", begin_storm),
        web.post(f"{api}/ears", listen_for_dead_air),
    ]
