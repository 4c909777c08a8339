"""Blocked callers, the key before the queue and the price, heard on a telephone."""

import re
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from calls.blocking import block
from calls.pricing import cost
from lines.pricing import set_tariff
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.world import hotline, number_of

ROBOT = "+4799900066"


def test_a_blocked_caller_hears_nothing_and_nobody_is_rung(system, line):
    kari = ready(line)
    at = timezone.now()
    block(ROBOT, until=at + timedelta(hours=1), reason="Robot.", by=kari.user, at=at)
    with system.desk(kari):
        caller = system.phone.dial(number_of(line), caller=ROBOT)
        call = over(caller)
        assert (call.outcome, call.refused, caller.look().heard) == ("rejected", "blocked", [])
        assert not call.offers.exists()
    system.at_rest()


def asked_for(caller, times: int = 1) -> str:
    caller.wait(lambda: len(re.findall(r"press (\d)", " ".join(caller.heard))) >= times or None)
    return re.findall(r"press (\d)", " ".join(caller.heard))[-1]


def test_whoever_presses_the_key_is_answered(system):
    line = hotline(gate="always")
    kari = ready(line)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        caller.press(asked_for(caller))
        desk.answer()
        caller.wait_for("talking").hang_up()
    call = over(caller)
    assert call.outcome == "answered" and call.gate_passed_at
    system.at_rest()


def test_a_machine_that_presses_nothing_hears_goodbye_and_rings_nobody(system):
    line = hotline(gate="always")
    kari = ready(line)
    with system.desk(kari):
        caller = system.phone.dial(number_of(line))
        caller.wait_for("Goodbye", timeout=30)
        call = over(caller)
    assert (call.outcome, call.refused, call.offers.count()) == ("rejected", "gate", 0)
    assert len([text for text in caller.heard if "please press" in text]) == 2
    system.at_rest()


def test_the_price_is_heard_before_the_queue_and_the_call_costs_it(system, line):
    kari = ready(line)
    terms = {"kind": "per_minute", "price": Decimal("14.5"), "currency": "NOK", "rounding": "minute"}
    set_tariff(line.numbers.get(), by=None, at=timezone.now(), **terms)
    with system.desk(kari) as desk:
        caller = system.phone.dial(number_of(line))
        desk.answer()
        caller.wait_for("talking")
        assert any("14.50 Norwegian kroner per minute" in text for text in caller.heard)
        caller.hang_up()
    call = over(caller)
    started = -(-call.talk_seconds // 60)
    assert cost(call).minor == 1450 * started
    system.at_rest()
