"""The canary against the real processes: it gets through, and finds what is really broken (N2)."""

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from calls.models import Call, Offer
from lines.models import Number
from operators.models import Operator, Presence
from telephony import canary
from tests.flows.test_one_call import ready
from tests.people import make_user
from tests.system import AUTH_TOKEN, free_port, until

pytestmark = pytest.mark.faults


@pytest.fixture
def worker(system):
    """This process with the settings of the running system's own: what a worker has."""
    with override_settings(
        PUBLIC_URL=system.url, TWILIO_AUTH_TOKEN=AUTH_TOKEN, SECRET_KEY=system._environ["SECRET_KEY"]
    ):
        yield system


def called(line):
    (found,) = canary.call([line])
    return found.passed, [fault["what"] for fault in found.faults]


def test_it_gets_through_the_public_address_and_finds_each_break(worker, line):
    kari = ready(line)
    make_user("administrator", email="keeper@example.org")
    mail.outbox.clear()
    assert called(line) == (True, [])
    call = Call.objects.get(hotline=line)
    assert (call.training, call.state, call.outcome) == (True, "ended", "abandoned")
    with override_settings(TWILIO_AUTH_TOKEN="another" * 5):
        assert called(line) == (False, ["refused"])
    with override_settings(PUBLIC_URL=f"http://127.0.0.1:{free_port()}"):
        assert called(line) == (False, ["unreachable"])
    with override_settings(PUBLIC_URL=worker.box.url):  # something answers there, but not this system
        passed, whats = called(line)
        assert not passed and whats[0] in ("status", "not_twiml", "refused")
    with override_settings(SECRET_KEY="another" * 10):  # the mark is not known: nobody is rung for it
        assert called(line)[0] is False
    _web_down(worker, line)
    Number.objects.filter(hotline=line).update(active=False)
    assert called(line) == (False, ["no_number"])
    Number.objects.filter(hotline=line).update(active=True)
    assert called(line) == (True, [])
    assert canary.alarms([line.pk]) == []
    assert len(mail.outbox) >= 4
    assert not Offer.objects.filter(call__hotline=line).exists()
    assert Operator.objects.get(pk=kari.pk).state == Presence.READY
    assert not Call.objects.filter(hotline=line).exclude(training=True).exists()
    worker.at_rest(30)


def _web_down(system, line):
    for name in ("web", "web1"):
        system.kill(name)
    try:
        assert called(line) == (False, ["unreachable"])
        (alarm,) = canary.alarms([line.pk])
        canary.seen(alarm, by=make_user("administrator"), at=timezone.now())
        assert canary.alarms([line.pk]) == []
    finally:
        for name in ("web", "web1"):
            system.start_web(name)
        until(system.answers, within=60)
