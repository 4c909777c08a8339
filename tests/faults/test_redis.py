"""Redis refuses, falls into a hole, or is flushed in mid-call: callers, operators and the register notice nothing
(T15-T17)."""

import signal
import subprocess
import time

import pytest
import redis
import requests

from hotline.core.models import Heartbeat
from hotline.launcher.valkey import binary
from tests import world
from tests.faults.chaos import Chaos
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import AUTH_TOKEN, System, free_port, until
from tests.world import inbound, number_of

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def broker():
    port = free_port()
    server = subprocess.Popen(
        [str(binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield port
    server.send_signal(signal.SIGTERM)
    server.wait(5)


@pytest.fixture(scope="module")
def whole(broker):
    """The system with Celery's worker and beat, the broker behind a port that can misbehave."""
    chaos = Chaos(("127.0.0.1", broker))
    system = System(web=1, switchboards=1, REDIS_URL=f"redis://127.0.0.1:{chaos.port}/0")
    # Worker and timer say, each time they try, that the broker is away; calls must not.
    system.expected += ["celery.worker.consumer.consumer", "celery.beat beat: Connection error"]
    try:
        system.start()
        system.start_celery("worker", "worker", "-P", "threads", "-c", "2", "-l", "warning")
        system.start_celery("beat", "beat", "-l", "warning")
        yield system, chaos, broker
    finally:
        system.stop()
        chaos.close()


@pytest.fixture
def system(whole, django_db_blocker):
    system, chaos, _ = whole
    chaos.become("pass")
    with django_db_blocker.unblock(), system.eyes():
        yield system
    chaos.become("pass")


@pytest.fixture
def chaos(whole):
    return whole[1]


def slowest_webhook(system, line) -> float:
    """Seconds that the slowest of twenty arriving calls waited for its answer."""
    from telephony.twilio import signature

    times = []
    for _ in range(20):
        form = inbound(number_of(line))
        signed = signature.sign(f"{system.url}/twilio/voice/", form.items(), AUTH_TOKEN)
        began = time.perf_counter()
        answer = requests.post(f"{system.url}/twilio/voice/", form, headers={"X-Twilio-Signature": signed}, timeout=10)
        times.append(time.perf_counter() - began)
        assert answer.status_code == 200 and "<Enqueue" in answer.text
    return max(times)


@pytest.mark.parametrize("mode", ["refuse", "blackhole", "flush"])
def test_a_call_goes_through_while_redis_is_away(system, chaos, whole, mode):
    line = world.hotline(wrap_up_seconds=0)
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        desk.rings()
        if mode == "flush":
            redis.Redis(port=whole[2]).flushall()
        else:
            chaos.become(mode)
        desk.answer()
        caller.wait_for("talking")
        second = system.phone.dial(number_of(line)).wait_for("waiting")
        caller.hang_up()
        desk.wait_for("ended")
        desk.answer(timeout=20)
        second.wait_for("talking").hang_up()
        assert over(caller).outcome == over(second).outcome == "answered"
    system.at_rest(30)


@pytest.mark.parametrize("mode", ["refuse", "blackhole"])
def test_no_webhook_waits_for_redis(system, chaos, mode):
    line = world.hotline(lines=1000)
    chaos.become(mode)
    assert slowest_webhook(system, line) < 1.0


def test_the_worker_goes_on_by_itself_when_redis_is_back(system, chaos):
    chaos.become("refuse")
    time.sleep(1)
    chaos.become("pass")
    since = Heartbeat.objects.filter(name="worker").values_list("at", flat=True).first()
    until(
        lambda: Heartbeat.objects.filter(name="worker").exclude(at=since).exists(),
        within=60,
        what="the worker's return",
    )
