"""A running system that is allowed to break: two web processes, two switchboards, quick to ask the carrier."""

import pytest

from tests import world
from tests.system import System


@pytest.fixture(scope="session")
def breakable():
    system = System(web=2, switchboards=2, durable=True, CARRIER_SILENCE_SECONDS="2")
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def system(breakable, django_db_blocker):
    with django_db_blocker.unblock(), breakable.eyes():
        yield breakable


@pytest.fixture
def line(system):
    return world.hotline(organisation="City Water", wrap_up_seconds=60)
