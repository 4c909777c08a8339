"""Held against what others wrote: documents of the corpus, the vocabulary, signatures, the OpenAPI description."""

import asyncio
import json
from pathlib import Path

import pytest
import requests
from openapi_core.exceptions import OpenAPIError
from twilio.request_validator import RequestValidator

from telephony.simulator.clients import BadToken, identity_of
from telephony.simulator.exchange import Exchange
from telephony.simulator.journal import Journal
from telephony.simulator.lint import Vocabulary
from telephony.simulator.settings import Settings
from telephony.simulator.signature import signature, signed_url
from telephony.simulator.transport import Reply, Request
from telephony.simulator.twiml import parse
from telephony.twilio.tokens import browser_token
from tests.environment import ACCOUNT_SID, AUTH_TOKEN
from tests.simulator.conftest import shared
from tests.simulator.rest import Rest

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
VOCABULARY = Vocabulary(json.loads((CONTRACTS / "twiml_vocabulary.json").read_text()))
VECTORS = json.loads((CONTRACTS / "signature_vectors.json").read_text())["vectors"]
CORPUS = shared("contracts", "twiml_corpus")
DOCUMENTS = sorted(CORPUS.glob("*.xml")) if CORPUS else []


class Recorded:
    """A transport without a network: one document at one address, an empty answer everywhere else."""

    def __init__(self, body: bytes) -> None:
        self.body, self.asked = body, []

    async def send(self, request: Request) -> Reply:
        self.asked.append(request)
        first = len([one for one in self.asked if one.url.endswith("/document/")]) == 1
        body = self.body if request.url.endswith("/document/") and first else b"<Response><Hangup/></Response>"
        return Reply(200, "text/xml", body, request.url)

    async def close(self) -> None:
        """Nothing to close."""


async def step_through(body: bytes) -> tuple[Exchange, Recorded]:
    transport = Recorded(body)
    settings = Settings(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, unanswered="busy")
    exchange = Exchange(settings, transport, speed=2000.0, journal=Journal(None))
    exchange.add_number("+471", voice_url="http://app.test/document/")
    leg = exchange.dial_in("+471", "+472")
    try:
        await asyncio.wait_for(leg.over.wait(), 0.4)
    except TimeoutError:
        exchange.hang_up(leg, "caller")  # those that wait for ever: queues, conferences
        await asyncio.wait_for(leg.over.wait(), 5)
    await exchange.post.settle()
    await exchange.close()
    return exchange, transport


@pytest.mark.skipif(not DOCUMENTS, reason="the corpus of foreign TwiML is not beside this checkout (HOTLINE_SHARED)")
def test_every_document_of_the_corpus_is_parsed_and_stepped_through() -> None:
    assert len(DOCUMENTS) >= 50
    for path in DOCUMENTS:
        body = path.read_bytes()
        assert parse(body) is not None
        exchange, transport = asyncio.run(step_through(body))
        leg = next(leg for leg in exchange.legs.values() if leg.direction == "inbound")
        assert not leg.live and exchange.errors == [], path.name
        assert transport.asked[0].url.endswith("/document/"), path.name
        reached = leg.answered_at or leg.status in ("busy", "no-answer")
        assert reached, f"{path.name}: nothing was performed"


@pytest.mark.skipif(not DOCUMENTS, reason="the corpus of foreign TwiML is not beside this checkout (HOTLINE_SHARED)")
def test_the_lint_finds_nothing_wrong_in_the_corpus() -> None:
    assert {path.name: found for path in DOCUMENTS if (found := VOCABULARY.problems(path.read_bytes()))} == {}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<say>Hi</say>", "<say> is not a TwiML element"),
        ("<Say typoAttr='x'>Hi</Say>", 'no attribute "typoAttr"'),
        ("<Say language='nn-XX'>Hi</Say>", "nn-XX is not one of its values"),
        ("<Gather><Dial>+47</Dial></Gather>", "<Dial> may not stand in <Gather>"),
        ("<Gather numDigits='many'/>", "is not a number"),
        ("<Dial><Conference endConferenceOnExit='yes'>a</Conference></Dial>", "neither true nor false"),
        ("<Dial><Conference statusCallbackEvent='start stop'>a</Conference></Dial>", "stop is not one of its values"),
    ],
)
def test_the_lint_finds(body: str, says: str) -> None:
    assert any(says in problem for problem in VOCABULARY.problems(f"<Response>{body}</Response>".encode()))


def test_a_running_box_lints_what_it_is_answered(tmp_path, application) -> None:
    from telephony.simulator.harness import Box
    from telephony.simulator.phone import Phone

    application.pages["/twilio/voice/"] = "<Response><Say typo='x'>Hi</Say></Response>"
    vocabulary = CONTRACTS / "twiml_vocabulary.json"
    with Box(
        account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, webhook_base=application.url, vocabulary=vocabulary
    ) as box:
        control = box.control
        Phone(control).dial("+4721000001").wait_for("completed")
        assert control.requests(kind="webhook")[0]["lint"] == ['<Say> has no attribute "typo"']
        control.close()


# --- signatures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_published_signatures_are_reproduced_at_both_ends(vector) -> None:
    source = next(one for one in VECTORS if one["id"] == vector.get("params_of", vector["id"]))
    params = [(name, value) for name, value in source.get("params", [])]
    made = signature(vector["token"], vector["url"], params)
    assert made == vector["signature"]
    assert len({name for name, _ in params}) != len(params) or RequestValidator(vector["token"]).validate(
        vector["url"], dict(params), made
    )


def test_there_are_seven_published_signatures() -> None:
    assert len(VECTORS) == 7


def test_the_carriers_library_accepts_what_we_sign() -> None:
    params = {"From": "+4790112233", "Body": "blåbær ☎", "Empty": ""}
    for url in ("http://127.0.0.1:8000/twilio/voice/", "https://example.org:8443/twilio/voice/?a=b"):
        assert RequestValidator("secret").validate(url, params, signature("secret", signed_url(url), params.items()))


# --- REST against the OpenAPI description ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("Calls.json", {"From": "+471", "Url": "http://a.test/"}),
        ("Calls.json", {"To": "+471", "From": "+472", "Url": "http://a.test/", "Timeout": "soon"}),
        ("Calls/CA123.json", {"Status": "completed"}),
        (f"Calls/CA{'0' * 32}.json", {"Status": "finished"}),
    ],
)
def test_the_description_refuses_wrong_requests(path: str, data: dict[str, str]) -> None:
    rest = Rest("http://nowhere.test", ACCOUNT_SID, AUTH_TOKEN)
    with pytest.raises(OpenAPIError):
        rest("POST", path, data)
    rest.close()


def test_misspelt_fields_are_caught_beside_the_description() -> None:
    rest = Rest("http://nowhere.test", ACCOUNT_SID, AUTH_TOKEN)
    with pytest.raises(AssertionError, match="TimeOut"):
        rest("POST", "Calls.json", {"To": "+471", "From": "+472", "Url": "http://a.test/", "TimeOut": "20"})
    rest.close()


# --- browser tokens -------------------------------------------------------------------------------------


def test_a_browser_registers_with_the_systems_own_token(control, settings) -> None:
    settings.SIMULATOR_URL = control.url
    token = browser_token("op_7")
    assert identity_of(token, ACCOUNT_SID, AUTH_TOKEN) == "op_7"
    answer = requests.post(
        f"{control.url}/simulator/client/register", headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    assert answer.status_code == 201
    session = answer.json()["session"]
    assert [one["address"] for one in control.state()["telephones"]] == ["client:op_7"]
    gone = requests.post(f"{control.url}/simulator/client/{session}/unregister", timeout=5)
    assert gone.json()["done"] and control.state()["telephones"] == []


@pytest.mark.parametrize("token", ["", "a.b.c", "....", "eyJhbGciOiJub25lIn0.e30."])
def test_a_bad_token_registers_nobody(control, token: str) -> None:
    url, headers = f"{control.url}/simulator/client/register", {"Authorization": f"Bearer {token}"}
    assert requests.post(url, headers=headers, timeout=5).status_code == 401


def test_another_secret_or_account_is_refused(settings) -> None:
    settings.SIMULATOR_URL = "http://127.0.0.1:1"
    token = browser_token("op_7")
    for account, secret in ((ACCOUNT_SID, "other"), ("AC" + "9" * 32, AUTH_TOKEN)):
        with pytest.raises(BadToken):
            identity_of(token, account, secret)
