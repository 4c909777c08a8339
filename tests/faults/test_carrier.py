"""The carrier misbehaves: slow down, errors, silence; callbacks lost, doubled, reordered (T01-T05, T32-T34, T39)."""

import pytest
import requests

from calls.models import Call, Offer
from operators.models import Operator, Presence
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.system import until
from tests.world import number_of

pytestmark = pytest.mark.faults
CREATE = {"on": "rest", "path": "/Calls.json", "method": "POST"}
UPDATE = {"on": "rest", "path": "/Calls/", "method": "POST"}


def whole_call(system, line):
    """Dial, answer, talk, hang up; the caller."""
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        desk.answer(timeout=40)
        caller.wait_for("talking", 40).hang_up()
    return caller


def legs_of(caller) -> int:
    """How many of an operator's legs the carrier ever made for this call."""
    return Offer.objects.filter(call__carrier_ref=caller.sid).count()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "retry_after": 1, "times": 2},
        {"kind": "status", "status": 500, "times": 2},
        {"kind": "status", "status": 503, "processed": True},
        {"kind": "hang", "seconds": 7},
        {"kind": "hang", "seconds": 7, "processed": True},
        {"kind": "drop"},
        {"kind": "drop", "processed": True},
    ],
    ids=lambda fault: "-".join(f"{name}={value}" for name, value in fault.items()),
)
def test_ringing_an_operator_survives_the_carrier(system, line, fault):
    before = len(system.carrier.calls())
    system.carrier.fault(**CREATE, **fault)
    caller = whole_call(system, line)
    assert over(caller).outcome == "answered"
    made = len(system.carrier.calls()) - before
    assert made == 1 + legs_of(caller), "no second telephone rang for the same offer"
    system.at_rest(30)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "times": 2},
        {"kind": "status", "status": 500, "times": 2},
        {"kind": "hang", "seconds": 7},
        {"kind": "drop", "processed": True},
    ],
    ids=lambda fault: "-".join(f"{name}={value}" for name, value in fault.items()),
)
def test_moving_the_caller_survives_the_carrier(system, line, fault):
    system.carrier.fault(**UPDATE, **fault)
    caller = whole_call(system, line)
    assert over(caller).outcome == "answered"
    system.at_rest(30)


def test_a_carrier_that_never_answers_leaves_the_operator_ready_and_the_caller_in_the_queue(system, line):
    system.carrier.fault(**CREATE, kind="status", status=500, times=0)
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line)).wait_for("waiting")
        until(lambda: Offer.objects.filter(state="withdrawn").exists(), within=40, what="giving up")
        assert Operator.objects.get(pk=kari.pk).state in (Presence.READY, Presence.RINGING)
        assert not caller.over
        system.carrier.clear_faults()
        desk.answer(timeout=40)
        caller.wait_for("talking", 20).hang_up()
    assert over(caller).outcome == "answered"
    system.at_rest(30)


@pytest.mark.parametrize("event", ["completed", "ringing", "answered", ""])
def test_lost_callbacks_are_made_up_for(system, line, event):
    system.carrier.fault("lose", event=event, times=0)
    caller = whole_call(system, line)
    call = until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="ended").first(), within=30, what="the end")
    assert call.outcome == "answered"
    system.carrier.clear_faults()
    system.at_rest(30)


def test_a_caller_who_vanishes_without_a_word_is_noticed(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        desk.answer()
        caller.wait_for("talking")
        system.carrier.fault("lose", times=0)
        system.carrier.fault("lose", on="webhook", times=0)
        caller.hang_up()
        call = until(lambda: Call.objects.filter(carrier_ref=caller.sid, state="ended").first(), within=30)
        assert call.recovered
        until(
            lambda: Operator.objects.get(pk=kari.pk).state == Presence.WRAP_UP, within=5, what="the operator's freedom"
        )
        system.carrier.clear_faults()
    system.at_rest(30)


@pytest.mark.parametrize("together", [True, False])
def test_doubled_callbacks_and_webhooks_change_nothing(system, line, together):
    for on in ("callback", "webhook"):
        system.carrier.fault("repeat", on=on, times=0, count=3, together=together)
    caller = whole_call(system, line)
    call = over(caller)
    assert call.outcome == "answered"
    assert Offer.objects.filter(call=call).count() == 1
    assert call.events.filter(kind="answered").count() == call.events.filter(kind="ended").count() == 1
    system.at_rest(30)


def test_reordered_and_late_callbacks_change_nothing(system, line):
    system.carrier.fault("reorder", times=0)
    system.carrier.fault("delay", times=3, seconds=2)
    caller = whole_call(system, line)
    assert over(caller).outcome == "answered"
    system.at_rest(30)


def test_forged_callbacks_are_refused(system, line):
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        desk.answer()
        caller.wait_for("talking")
        answer = requests.post(
            f"{system.url}/twilio/status/",
            {"CallSid": caller.sid, "CallStatus": "completed"},
            headers={"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="},
            timeout=5,
        )
        assert (answer.status_code, answer.content) == (403, b"")
        assert caller.talking and not Call.objects.get(carrier_ref=caller.sid).ended_at
        caller.hang_up()
    system.at_rest()
