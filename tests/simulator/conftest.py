"""One simulator for the whole folder, reset before each test, and an application for it to call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony.simulator.harness import Box
from telephony.simulator.phone import Control, Phone
from tests.environment import ACCOUNT_SID, AUTH_TOKEN
from tests.simulator.application import Application
from tests.simulator.rest import Rest

SPEED = 20.0


@pytest.fixture(scope="session")
def box() -> Iterator[Box]:
    with Box(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, speed=SPEED) as box:
        yield box


@pytest.fixture
def application() -> Iterator[Application]:
    application = Application()
    yield application
    application.close()


@pytest.fixture
def control(box: Box, application: Application) -> Iterator[Control]:
    control = box.control
    control.reset()
    control.settings(
        speed=SPEED, webhook_base="", open_numbers=True, unanswered="rings_out", calls_per_second=0, http_timeout=15
    )
    control.call("POST", "/numbers", {"number": "+4721000001", **addresses(application)})
    yield control
    assert control.state()["errors"] == []
    control.close()


def addresses(application: Application) -> dict[str, str]:
    return {
        "voice_url": f"{application.url}/voice/",
        "status_callback": f"{application.url}/status/",
        "voice_fallback_url": f"{application.url}/fallback/",
    }


@pytest.fixture
def phone(control: Control) -> Phone:
    return Phone(control)


def shared(*parts: str) -> Path | None:
    """A file of the shared reference data, wherever this checkout stands; None where there is none."""
    import os

    named = os.environ.get("HOTLINE_SHARED")
    homes = [Path(named)] if named else [parent / "shared" for parent in Path(__file__).resolve().parents]
    return next((home.joinpath(*parts) for home in homes if home.joinpath(*parts).exists()), None)


@pytest.fixture
def rest(box: Box, control: Control) -> Iterator[Rest]:
    rest = Rest(box.url, ACCOUNT_SID, AUTH_TOKEN)
    yield rest
    rest.close()
