"""Starting the box: one process, one port, REST and control API beside each other."""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from aiohttp import web

from telephony.simulator import clients, control, days
from telephony.simulator.exchange import Exchange
from telephony.simulator.journal import Journal
from telephony.simulator.lint import Vocabulary
from telephony.simulator.rest import door
from telephony.simulator.settings import Settings
from telephony.simulator.state import EXCHANGE, TRAFFIC
from telephony.simulator.transport import Http
from telephony.simulator.virtual import Conductor, Moment, VirtualClock, Work

logger = logging.getLogger(__name__)


async def _ready(request: web.Request) -> web.Response:
    return web.json_response({"ready": True, "live": sum(leg.live for leg in request.app[EXCHANGE].legs.values())})


def build(exchange: Exchange, *more: Any) -> web.Application:
    """The web application around an exchange; `more` are middlewares that come first."""
    app = web.Application(middlewares=[*more, control.plain_errors, door.door], client_max_size=256 * 1024)
    app[EXCHANGE], app[TRAFFIC] = exchange, []
    routes = [*door.routes(), *control.routes(), *days.routes(), *clients.routes()]
    app.add_routes([web.get("/healthz", _ready), *routes])
    return app


async def serve(options: argparse.Namespace, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT."""
    journal = Journal(Path(options.data_dir) if options.data_dir else None)
    http = Http(settings.auth_token, public=options.public_url, local=options.webhook_base)
    work, clock = Work(), VirtualClock(Moment(Path(options.clock))) if options.clock else None
    transport = work.watched(http) if clock else http
    exchange = Exchange(settings, transport, speed=options.speed, journal=journal, clock=clock)
    if options.vocabulary:
        exchange.post.vocabulary = Vocabulary(json.loads(Path(options.vocabulary).read_text(encoding="utf-8")))
    listening = socket.create_server((options.host, options.port), reuse_port=False)
    port = listening.getsockname()[1]
    exchange.own_url = options.own_url or f"http://{options.host}:{port}"
    cut = journal.restore(exchange)
    counting = [work.middleware()] if clock else []
    runner = web.AppRunner(build(exchange, *counting), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    done = _told(options.until_stdin_closes)
    sys.stdout.write(f"simulator ready on http://{options.host}:{port} ({cut} calls ended by the restart)\n")
    sys.stdout.flush()
    if clock:
        async with Conductor(clock, work, Path(options.conductor), most=options.speed).conducting():
            await done.wait()
    await done.wait()
    await exchange.close()
    await runner.cleanup()


def _told(watch_stdin: bool) -> asyncio.Event:
    """An event that is set when somebody wants us to end."""
    done, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, done.set)
    if watch_stdin:

        def read() -> None:
            if not os.read(sys.stdin.fileno(), 4096):
                done.set()

        loop.add_reader(sys.stdin.fileno(), read)
    return done


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command line, shared with `manage.py simulator`."""
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8010, help="0 takes a free one; the ready line says which")
    parser.add_argument("--data-dir", default="", help="keep the carrier's books here, across kill -9")
    parser.add_argument(
        "--webhook-base", default="", help="where the application answers, such as http://127.0.0.1:8000"
    )
    parser.add_argument(
        "--public-url", default="", help="the application's public address, if it differs: requests are signed with it"
    )
    parser.add_argument("--own-url", default="", help="how the application reaches this box (recording addresses)")
    parser.add_argument("--speed", type=float, default=1.0, help="20 makes every pause and timeout 20 times shorter")
    parser.add_argument("--calls-per-second", type=float, default=0.0, help="calls created by REST; 0 is unlimited")
    parser.add_argument("--vocabulary", default="", help="lint every answer against this TwiML vocabulary")
    parser.add_argument("--clock", default="", help="the file of a virtual clock; time passes as fast as work is done")
    parser.add_argument("--conductor", default="", help="the socket at which switchboards follow that clock")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with whoever started us")


def run(options: argparse.Namespace, *, account_sid: str, auth_token: str, **facts: Any) -> None:
    """Run the box with an account's credentials."""
    settings = Settings(
        account_sid=account_sid,
        auth_token=auth_token,
        webhook_base=options.webhook_base,
        calls_per_second=options.calls_per_second,
        **facts,
    )
    try:
        asyncio.run(serve(options, settings))
    except OSError as problem:
        sys.exit(f"The simulator cannot listen on port {options.port}: {os.strerror(problem.errno or 0)}")


def main() -> None:
    """`python -m telephony.simulator`: credentials come from the environment, Django is not needed."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    arguments(parser)
    account, token = os.environ.get("TWILIO_ACCOUNT_SID", ""), os.environ.get("TWILIO_AUTH_TOKEN", "")
    if not account or not token:
        sys.exit("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set: the simulator needs the account it plays.")
    run(parser.parse_args(), account_sid=account, auth_token=token)
