"""Whole calls: one running system for all flow tests of this process."""

import pytest

from operators.models import Operator
from tests import world
from tests.simulator.rest import check_log
from tests.system import System


@pytest.fixture(scope="session")
def running():
    system = System(
        web=2, switchboards=2, CALLBACK_PAUSES_SECONDS="1,1", CALLBACK_RING_SECONDS="600", CARRIER_SILENCE_SECONDS="3"
    )
    try:
        yield system.start()
        _speaks_the_carriers_language(system)
    finally:
        system.stop()


def _speaks_the_carriers_language(system: System) -> None:
    """Whatever the flows made us say: all TwiML in the vocabulary, all REST requests in the contract."""
    asked = system.carrier.requests()
    answers = [each for each in asked if each["body"]]
    assert bool(answers) == bool(asked)  # a process may have been given only tests in which the carrier calls nobody
    assert not [each["lint"] for each in answers if each["lint"]]
    check_log(system.carrier)


@pytest.fixture
def system(running, django_db_blocker):
    with django_db_blocker.unblock(), running.eyes():
        yield running


@pytest.fixture
def line(system):
    """A hotline of the test's own, in conversation within seconds."""
    return world.hotline(organisation="City Water", ring_seconds=20, wrap_up_seconds=60)


def state_of(operator: Operator) -> str:
    return Operator.objects.values_list("state", flat=True).get(pk=operator.pk)
