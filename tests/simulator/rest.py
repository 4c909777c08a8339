"""Speaking REST to the simulator, each request held against Twilio's own OpenAPI description."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from openapi_core import OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest

from telephony.simulator.phone import Control
from tests.environment import ACCOUNT_SID, AUTH_TOKEN

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
TWILIO = "https://api.twilio.com"


@cache
def description() -> dict[str, Any]:
    return json.loads((CONTRACTS / "twilio_voice_subset.json").read_text())


@cache
def contract() -> OpenAPI:
    return OpenAPI.from_dict(description())


def _matches(template: str, path: str) -> bool:
    wanted, given = template.split("/"), path.split("/")
    return len(wanted) == len(given) and all(
        one == other or ("{" in one and other.endswith(one.rpartition("}")[2]))
        for one, other in zip(wanted, given, strict=True)
    )


def hold_against_contract(method: str, path: str, data: Any, query: Any, auth: tuple[str, str]) -> None:
    """Raises OpenAPIError for what the description forbids, AssertionError for fields it does not know."""
    with requests.Session() as session:
        wanted = requests.Request(method, TWILIO + path, data=data, params=query, auth=auth)
        prepared = session.prepare_request(wanted)
    if method == "POST":
        assert not unknown_keys(prepared), f"{path}: unknown fields {sorted(unknown_keys(prepared))}"
    contract().validate_request(RequestsOpenAPIRequest(prepared))


_MEDIA = re.compile(r"/Recordings/RE[0-9a-f]{32}$")


def check_log(control: Control, account_sid: str = ACCOUNT_SID, auth_token: str = AUTH_TOKEN) -> list[str]:
    """Hold everything the application asked of a simulator's REST against the contract; returns "POST /…" of each."""
    # The sound of a recording lies beside the API that the contract describes.
    rows = [row for row in control.rest() if not (row["method"] == "GET" and _MEDIA.search(row["path"]))]
    for row in rows:
        form, query = [tuple(pair) for pair in row["form"]], [tuple(pair) for pair in row["query"]]
        hold_against_contract(row["method"], row["path"], form, query, (account_sid, auth_token))
    return [f"{row['method']} {row['path'].partition(account_sid)[2]}" for row in rows]


def unknown_keys(prepared: requests.PreparedRequest) -> set[str]:
    """Form fields that the description does not know: the validator drops those silently."""
    path = urlsplit(str(prepared.url)).path
    operation = next(item for template, item in description()["paths"].items() if _matches(template, path))["post"]
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    return {name for name, _ in parse_qsl(str(prepared.body or ""))} - set(schema["properties"])


class Rest:
    """A REST client that refuses to send what Twilio would not understand."""

    def __init__(self, url: str, account_sid: str, auth_token: str, *, check: bool = True) -> None:
        self.url, self.account_sid, self.check = url, account_sid, check
        self.session = requests.Session()
        self.session.auth = (account_sid, auth_token)
        self.session.trust_env = False

    def __call__(self, method: str, path: str, data: Any = None, **query: str) -> requests.Response:
        whole = f"/2010-04-01/Accounts/{self.account_sid}/{path}"
        if self.check:
            assert isinstance(self.session.auth, tuple)
            hold_against_contract(method, whole, data, query, self.session.auth)
        return self.session.request(method, self.url + whole, data=data, params=query, timeout=20)

    def close(self) -> None:
        self.session.close()
