"""The telephone page, and what the web process passes on to the simulator."""

import asyncio
import json

import pytest
import requests
from django.test import Client
from django.urls import reverse

from lines.models import Hotline, Number
from telephony.simulator import proxy
from telephony.simulator.phone import Control

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> Number:
    hotline = Hotline.objects.create(name="Shop", slug="shop", organisation="Shop AS")
    return Number.objects.create(hotline=hotline, number="+4721000001")


def test_there_is_no_telephone_page_without_a_simulator(client: Client, settings) -> None:
    settings.SIMULATOR_URL = ""
    assert client.get(reverse("telephony:telephones")).status_code == 404


def test_anybody_may_call_in_the_demonstration(client: Client, settings, number: Number) -> None:
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", True
    page = client.get(reverse("telephony:telephones"))
    assert page.status_code == 200
    assert number.number in page.content.decode()


def test_outside_the_demonstration_a_stranger_signs_in_first(client: Client, settings) -> None:
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", False
    assert "login" in client.get(reverse("telephony:telephones"))["Location"]


def test_a_telephone_token_is_for_operators(client: Client) -> None:
    assert client.get(reverse("telephony:token")).status_code == 302


def through_proxy(
    method: str, path: str, *, key: str = "", body: dict | None = None, query: str = ""
) -> tuple[int, bytes]:
    """One request through the ASGI function."""
    sent: list[dict] = []
    messages = [{"type": "http.request", "body": json.dumps(body or {}).encode(), "more_body": False}]

    async def receive() -> dict:
        if messages:
            return messages.pop(0)
        await asyncio.sleep(30)
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    async def run() -> None:
        headers = [(b"x-telephone-key", key.encode()), (b"content-type", b"application/json")]
        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers}
        try:
            await proxy.proxy(scope, receive, send)
        finally:
            await proxy.close()

    asyncio.run(run())
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("path", ["faults", "settings", "reset", "send", "calls", "requests", "state", "telephones"])
def test_mishaps_and_books_stay_inside(settings, control: Control, path: str) -> None:
    settings.SIMULATOR_URL = control.url
    for method in ("GET", "POST"):
        assert through_proxy(method, f"/simulator/api/{path}", key=proxy.page_key("a"))[0] == 404


def test_dialling_needs_the_pages_key(settings, control: Control) -> None:
    settings.SIMULATOR_URL = control.url
    wanted = {"number": "+4721000001", "caller": "anonymous"}
    assert through_proxy("POST", "/simulator/api/dial", body=wanted)[0] == 403
    assert through_proxy("POST", "/simulator/api/dial", body=wanted, key="forged")[0] == 403
    status, body = through_proxy("POST", "/simulator/api/dial", body=wanted, key=proxy.page_key("a"))
    assert status == 201
    assert json.loads(body)["from"] == "anonymous"


def test_a_page_hears_only_the_calls_it_dialled(settings, control: Control, application) -> None:
    settings.SIMULATOR_URL = control.url
    application.pages["/voice/"] = "<Response><Say>Hello</Say></Response>"
    with requests.get(
        f"{control.url}/simulator/api/stream", params={"page": "mine"}, stream=True, timeout=10
    ) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(b":")
        for page in ("theirs", "mine"):
            through_proxy(
                "POST", "/simulator/api/dial", body={"number": "+4721000001", "page": "mine"}, key=proxy.page_key(page)
            )
        mine = [call["sid"] for call in control.calls()][1]
        heard = set()
        for line in lines:
            if line.startswith(b"data:"):
                event = json.loads(line[5:])
                heard.add(event["sid"])
                if event.get("text") == "completed":
                    break
    assert heard == {mine}
