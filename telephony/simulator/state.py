"""Where the web application keeps the exchange."""

from aiohttp import web

from telephony.simulator.exchange import Exchange

EXCHANGE: web.AppKey[Exchange] = web.AppKey("exchange", Exchange)
