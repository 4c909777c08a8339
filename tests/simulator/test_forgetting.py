"""A box that runs for a long time keeps the latest calls and forgets the oldest."""

import asyncio
import gc
import tracemalloc
from collections import deque
from urllib.parse import urlsplit

from telephony.simulator.devices import EVENTS_KEPT, Device
from telephony.simulator.exchange import Exchange
from telephony.simulator.journal import Journal
from telephony.simulator.phone import Phone
from telephony.simulator.settings import Settings
from telephony.simulator.transport import Reply, Request
from tests.simulator import application
from tests.simulator.rest import Rest
from tests.simulator.test_twiml_verbs import NUMBER, document


def test_old_calls_and_conferences_are_forgotten_and_new_ones_are_not(
    phone: Phone, application: application.Application, control, rest: Rest
):
    control.settings(calls_kept=3)
    try:
        for n in range(1, 7):
            application.pages["/voice/"] = document(f"<Dial><Conference>room-{n}</Conference></Dial>")
            phone.dial(NUMBER, caller=f"+47{n}").wait_for("in-progress").hang_up().wait_for("completed")
        assert [call["from"] for call in control.calls()] == ["+474", "+475", "+476"]
        rooms = rest("GET", "Conferences.json").json()["conferences"]
        assert "room-6" in {room["friendly_name"] for room in rooms} and len(rooms) <= 4
    finally:
        control.settings(calls_kept=4_000)


def test_a_telephone_counts_on_when_its_oldest_events_are_gone():
    device = Device("client:op_7")
    for number in range(1, EVENTS_KEPT + 11):
        device.last = number
        device.events.append({"number": number})
    assert len(device.events) == EVENTS_KEPT
    assert [event["number"] for event in device.since(EVENTS_KEPT + 8)] == [EVENTS_KEPT + 9, EVENTS_KEPT + 10]
    assert device.since(EVENTS_KEPT + 10) == []


class Application:
    """Greets, records, and leads into a conference."""

    PAGES = {
        "/voice/": "<Say>Hi</Say><Record maxLength='1' playBeep='false' action='/talk/'/>",
        "/talk/": "<Dial><Conference>room</Conference></Dial>",
    }

    async def send(self, request: Request) -> Reply:
        page = self.PAGES.get(urlsplit(request.url).path, "")
        return Reply(200, "text/xml", f"<Response>{page}</Response>".encode(), request.url)

    async def close(self) -> None:
        """Nothing to close."""


async def _memory(exchange: Exchange, calls: int) -> int:
    """Bytes held after so many more calls."""
    for _ in range(calls // 20):
        legs = [exchange.dial_in("+471", "+472") for _ in range(20)]
        await asyncio.gather(*(leg.over.wait() for leg in legs))
        await exchange.post.settle()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def _slope() -> float:
    """Bytes a call, once as many calls are kept as are kept at all."""
    settings = Settings(account_sid="AC1", auth_token="t", calls_kept=100)
    exchange = Exchange(settings, Application(), speed=5000.0, journal=Journal(None))
    exchange.post.log = deque(maxlen=50)
    exchange.post.took = deque(maxlen=50)
    exchange.add_number("+471", voice_url="http://app.test/voice/", status_callback="http://app.test/status/")
    leave = exchange.spawn(_keep_leaving(exchange))
    before = await _memory(exchange, 300)
    after = await _memory(exchange, 300)
    leave.cancel()
    await exchange.close()
    return (after - before) / 300


async def _keep_leaving(exchange: Exchange) -> None:
    """Whoever stands in the conference hangs up."""
    while True:
        for leg in [leg for leg in exchange.legs.values() if leg.live and leg.doing == "Dial"]:
            exchange.hang_up(leg, "caller")
        await asyncio.sleep(0.005)


def test_more_calls_do_not_hold_more_memory():
    tracemalloc.start()
    try:
        slope = asyncio.run(_slope())
    finally:
        tracemalloc.stop()
    assert slope < 400, f"every call leaves {slope:.0f} bytes behind"
