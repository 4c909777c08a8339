"""The telephone page, and what the web process passes on to the simulator."""

import asyncio
import json

import pytest
import requests
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from calls.models import Caller
from lines.models import Hotline, Number, OpeningRule
from telephony import telephones as offered
from telephony.simulator import proxy
from telephony.simulator.phone import Control, PhoneCall
from tests.people import make_operator, make_user

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


def test_a_signed_in_operators_own_hotline_is_the_first_to_be_dialled(client: Client, settings, number) -> None:
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", True
    mine = Hotline.objects.create(name="Zoo", slug="zoo", organisation="The Zoo", priority=-1)
    Number.objects.create(hotline=mine, number="+4729999999")
    OpeningRule.objects.create(hotline=number.hotline, kind=OpeningRule.Kind.ALWAYS)
    assert offered.numbers(AnonymousUser())[0].hotline == "Shop"
    assert offered.numbers(make_operator(mine).user)[0].hotline == "Zoo"


def test_callers_known_by_name_are_played_in_the_demonstration_alone(client: Client, settings, number) -> None:
    Caller.objects.create(number="+4790112233", name="Berit Dahl")
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", True
    assert "Berit Dahl · +47••••••33" in client.get(reverse("telephony:telephones")).content.decode()
    settings.DEMO = False
    client.force_login(make_operator(number.hotline).user)
    page = client.get(reverse("telephony:telephones")).content.decode()
    assert "Berit Dahl" not in page and "+4790112233" not in page


def test_the_page_costs_the_same_for_one_number_and_for_twenty(client, settings, number, django_assert_num_queries):
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", True
    client.force_login(make_operator(number.hotline).user)
    client.get(reverse("telephony:telephones"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("telephony:telephones"))
    for n in range(20):
        Number.objects.create(hotline=number.hotline, number=f"+47210001{n:02}")
    with django_assert_num_queries(len(few)):
        client.get(reverse("telephony:telephones"))


def test_operators_who_answer_by_telephone_have_theirs_on_the_page(client: Client, settings, number) -> None:
    settings.SIMULATOR_URL, settings.DEMO = "http://127.0.0.1:1", True
    kari = make_operator(number.hotline, phone="+4791000001", device="phone")
    make_operator(number.hotline, phone="+4791000002", device="phone")
    make_operator(number.hotline, phone="+4791000003", device="browser")
    boss = make_user("supervisor", number.hotline)
    assert offered.own_telephones(AnonymousUser()) == []
    assert [own.address for own in offered.own_telephones(kari.user)] == ["+4791000001"]
    assert [own.address for own in offered.own_telephones(boss)] == ["+4791000001", "+4791000002"]
    assert offered.own_telephones(boss)[0].shown == "+47••••••01"


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


def test_a_page_plugs_in_only_the_telephones_of_its_own_people(settings, control: Control) -> None:
    settings.SIMULATOR_URL = control.url
    key = proxy.page_key("a", ["+4791000001"])

    def plug(address: str) -> tuple[int, bytes]:
        return through_proxy("POST", "/simulator/api/telephones", key=key, body={"address": address})

    assert plug("+4791000002")[0] == 404
    assert plug("client:op_7")[0] == 404
    status, body = plug("+4791000001")
    assert status == 201
    session = json.loads(body)["session"]
    assert through_proxy("POST", f"/simulator/api/telephones/{session}/answer", key=key)[0] == 200
    assert through_proxy("POST", f"/simulator/api/telephones/{session}/answer")[0] == 403
    assert through_proxy("DELETE", f"/simulator/api/telephones/{session}", key=key)[0] == 200
    assert control.state()["telephones"] == []


def test_a_mishap_travels_with_the_dialling(settings, control: Control, application) -> None:
    settings.SIMULATOR_URL = control.url
    application.pages["/voice/"] = "<Response><Say>Hello</Say><Pause length='600'/></Response>"
    wanted = {"number": "+4721000001", "caller": "+", "mishap": "greeting", "after": 1}
    status, body = through_proxy("POST", "/simulator/api/dial", body=wanted, key=proxy.page_key("a"))
    assert status == 201
    call = PhoneCall(control, json.loads(body)).wait_for("over")
    assert (call.facts["from"], call.facts["ended_by"]) == ("+", "caller")
    status, _ = through_proxy("POST", "/simulator/api/dial", body={**wanted, "mishap": "x"}, key=proxy.page_key("a"))
    assert status == 400


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
