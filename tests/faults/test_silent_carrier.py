"""The carrier accepts and never answers (T34): the circuit opens, instructions are kept, people are told, and when it
answers again everybody is served."""

from urllib.parse import urlsplit

import pytest
import requests

from calls.models import Call, Instruction, Offer
from telephony.models import Outage
from tests import world
from tests.faults.chaos import Chaos
from tests.flows.test_one_call import ready
from tests.plans.plans import put_in_force
from tests.plans.test_overflow import telephone
from tests.system import System, until
from tests.world import number_of

pytestmark = pytest.mark.faults


class BehindAHole(System):
    """The system's requests to the carrier pass through a port that can be made to swallow them."""

    hole: Chaos

    def start_web(self, name: str = "web") -> None:
        if not hasattr(self, "hole"):
            assert self.box is not None
            where = urlsplit(self.box.url)
            self.hole = Chaos((str(where.hostname), int(where.port or 0)))
            self._environ["TWILIO_API_URL"] = f"http://127.0.0.1:{self.hole.port}"
        super().start_web(name)

    def stop(self) -> None:
        if hasattr(self, "hole"):
            self.hole.close()
        super().stop()


@pytest.fixture(scope="module")
def holed():
    system = BehindAHole()
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def system(holed, django_db_blocker):
    with django_db_blocker.unblock(), holed.eyes():
        yield holed


def readiness(system):
    return requests.get(f"{system.url}/readyz", timeout=10).json()["parts"]["carrier"]


def test_a_carrier_that_swallows_everything_is_left_alone_and_nothing_is_burnt(system):
    line = world.hotline(organisation="City Water", wrap_up_seconds=60, max_wait_seconds=3600)
    people = [ready(line) for _ in range(6)]
    desks = [system.desk(each, mode="answer") for each in people]
    system.hole.become("blackhole")
    callers = [system.phone.dial(number_of(line)) for _ in range(6)]
    until(lambda: Outage.objects.filter(ended_at=None).exists(), within=60, what="the opened circuit")
    carrier = readiness(system)
    assert carrier["ok"] is False
    assert "does not answer" in carrier["says"]
    before = system.hole.accepted
    until(lambda: Call.objects.filter(hotline=line, state="waiting").count() == 6, what="the line of callers")
    late = system.phone.dial(number_of(line)).wait_for("waiting", 20)
    assert not late.over, "a caller who comes meanwhile is greeted and waits"
    assert system.hole.accepted - before <= 2, "the carrier is left alone"
    assert not Instruction.objects.filter(call__hotline=line, attempts__gt=3).exists(), "nothing is tried to death"
    elsewhere = world.hotline(organisation="City Water")
    put_in_force(elsewhere, nobody=telephone(rings=120))
    sent_on = system.phone.dial(number_of(elsewhere), speaks="Nobody there?")
    sent_on.wait_for("leave a message", 20)  # at once, not after two minutes in which no telephone rings
    sent_on.hang_up()
    system.hole.become("pass")
    until(lambda: Outage.objects.filter(ended_at=None).count() == 0, within=90, what="the closed circuit")
    for caller in callers:
        caller.wait_for("talking", 60).hang_up()
    late.hang_up()
    for desk in desks:
        desk.unplug()
    assert readiness(system)["ok"] is True
    assert not Offer.objects.filter(state="missed").exists(), "nobody is blamed for a telephone that never rang"
    system.at_rest(60)
