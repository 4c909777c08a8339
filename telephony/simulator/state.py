"""Where the web application keeps the exchange, and the day that is under way on it."""

from aiohttp import web

from telephony.simulator.exchange import Exchange
from telephony.simulator.traffic import Traffic

EXCHANGE: web.AppKey[Exchange] = web.AppKey("exchange", Exchange)
TRAFFIC: web.AppKey[list[Traffic]] = web.AppKey("traffic", list)
