"""Robots, pranks and silent calls: blocked numbers, limits, the key before the queue, and who is never kept out (T74)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from calls import gates
from calls.blocking import block, lift_block
from calls.models import Call, CallEvent, Offer
from calls.timeline import timeline
from lines import services as lines
from tests.calls.test_webhooks import arrive, body
from tests.world import CarrierHand, hotline, inbound, number_of, operator, supervisor_of

pytestmark = pytest.mark.django_db(transaction=True)
ROBOT = "+4799900001"
REJECTED = r".*<Response><Reject reason=\"rejected\"/></Response>"


@pytest.fixture
def carrier():
    return CarrierHand()


def blocked(number=ROBOT, *, by=None, days=1, reason="Fifty calls a minute."):
    at = timezone.now()
    return block(number, until=at + timedelta(days=days), reason=reason, by=by, at=at)


def words(call) -> list[str]:
    return [line.text for line in timeline(call)]


def test_a_blocked_caller_is_turned_away_unanswered_from_the_next_call_on(carrier):
    line = hotline()
    assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1]
    blocked()
    form, text = arrive(carrier, line, caller=ROBOT)
    assert re.fullmatch(REJECTED, text)
    carrier.post("/twilio/status/", form | {"CallStatus": "no-answer"})
    call = Call.objects.get(carrier_ref=form["CallSid"])
    assert (call.refused, call.outcome, call.ended_by) == ("blocked", "rejected", "system")
    assert "The call was turned away: the caller is blocked." in words(call)
    assert not Offer.objects.exists()


def test_a_block_ends_by_itself_and_can_be_lifted_at_once(carrier):
    line = hotline()
    blocked()
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1), tick=False):
        assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1]
    again = blocked()
    assert "<Reject" in arrive(carrier, line, caller=ROBOT)[1]
    lift_block(again, by=None, at=timezone.now())
    assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1]


@pytest.mark.parametrize("caller", ["", "anonymous", "+266696687", "Restricted"])
def test_a_withheld_number_is_never_blocked_and_never_over_a_limit(carrier, caller):
    from calls.lifecycle import Refused

    with pytest.raises(Refused, match="withheld"):
        blocked(caller)
    line = hotline(caller_hourly_limit=1)
    for _ in range(3):
        assert "<Enqueue" in arrive(carrier, line, caller=caller)[1]


def test_a_number_over_its_limit_is_turned_away_until_its_calls_are_old_enough(carrier):
    line = hotline(caller_hourly_limit=3, caller_limit_minutes=10)
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        for _ in range(3):
            assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1]
        for _ in range(47):
            assert "<Reject" in arrive(carrier, line, caller=ROBOT)[1]
        assert "<Enqueue" in arrive(carrier, line, caller="+4799900002")[1], "others are not kept out"
        clock.move_to(start + timedelta(minutes=10, seconds=1))
        assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1], "those turned away do not count"
    refused = Call.objects.filter(caller_number=ROBOT, refused="limit")
    assert refused.count() == 47
    assert any("too many calls from this number" in text for text in words(refused.first()))


def test_the_limit_of_one_hotline_does_not_count_calls_to_another(carrier):
    strict, other = hotline(caller_hourly_limit=1), hotline()
    for _ in range(3):
        assert "<Enqueue" in arrive(carrier, other, caller=ROBOT)[1]
    assert "<Enqueue" in arrive(carrier, strict, caller=ROBOT)[1]
    assert "<Reject" in arrive(carrier, strict, caller=ROBOT)[1]


def test_a_hotline_that_takes_everyone_knows_no_block_no_limit_and_no_key(carrier):
    line = hotline(takes_everyone=True, caller_hourly_limit=1, gate="always")
    blocked()
    for _ in range(3):
        assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1]


def test_taking_everyone_counts_at_once(carrier):
    line = hotline()
    blocked()
    assert "<Reject" in arrive(carrier, line, caller=ROBOT)[1]
    lines.change_hotline(line, by=None, takes_everyone=True)
    assert "<Enqueue" in arrive(carrier, line, caller=ROBOT)[1]


# --- the key before the queue
def address(text: str) -> str:
    return re.search(r'<Gather[^>]* action="([^"]+)"', text)[1]


def test_a_caller_who_presses_the_key_is_greeted_and_one_who_does_not_hears_goodbye(carrier):
    line = hotline(gate="always", organisation="City Water")
    operator(line)
    form, asked = arrive(carrier, line)
    call = Call.objects.get(carrier_ref=form["CallSid"])
    key = gates.key_of(call.pk)
    assert f"please press {key}." in asked and "<Enqueue" not in asked
    assert "Welcome to City Water" in body(carrier.post(address(asked), form | {"Digits": key}))
    call.refresh_from_db()
    assert call.gate_passed_at and not call.refused
    assert "The call arrived; the caller was asked to press a key." in words(call)
    assert f"The caller pressed {key}." in words(call)

    form, asked = arrive(carrier, line)
    again = body(carrier.post(address(asked), form))
    assert "please press" in again and address(again) != address(asked)
    over = body(carrier.post(address(again), form | {"Digits": "*"}))
    assert "Goodbye" in over and "<Hangup/>" in over and "<Enqueue" not in over
    carrier.post("/twilio/status/", form | {"CallStatus": "completed", "CallDuration": "14"})
    call = Call.objects.get(carrier_ref=form["CallSid"])
    assert (call.refused, call.outcome, call.ended_by) == ("gate", "rejected", "system")
    assert "No key was pressed; the caller was asked once more." in words(call)
    assert any("pressed no key" in text for text in words(call))
    assert not Offer.objects.exists(), "nobody is rung for a machine"


def test_a_request_of_the_gate_that_comes_twice_is_one_try(carrier):
    line = hotline(gate="always")
    form, asked = arrive(carrier, line)
    first = body(carrier.post(address(asked), form))
    assert body(carrier.post(address(asked), form)) == first
    assert CallEvent.objects.filter(kind="gate").count() == 1
    key = gates.key_of(Call.objects.get().pk)
    welcome = body(carrier.post(address(first), form | {"Digits": key}))
    assert "<Enqueue" in welcome
    assert body(carrier.post(address(first), form | {"Digits": ""})) == welcome, "whoever is in stays in"


def test_the_same_arrival_again_asks_for_the_same_key(carrier):
    line = hotline(gate="always")
    form, asked = arrive(carrier, line)
    assert body(carrier.post("/twilio/voice/", form)) == asked
    assert body(carrier.post("/twilio/fallback/", form)) == asked


def test_the_key_is_another_one_in_each_call():
    import uuid

    assert {gates.key_of(uuid.uuid4()) for _ in range(300)} == set("123456789")


def test_a_gate_for_busy_times_is_shut_while_many_calls_come_in(carrier):
    line = hotline(gate="busy", gate_calls=3)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(3):
            assert "<Enqueue" in arrive(carrier, line)[1]
        assert "<Gather" in arrive(carrier, line)[1]
        clock.shift(timedelta(seconds=61))
        assert "<Enqueue" in arrive(carrier, line)[1]


def test_a_caller_at_the_gate_takes_a_line_and_one_sent_away_does_not(carrier):
    line = hotline(gate="always", lines=1)
    form, asked = arrive(carrier, line)
    assert 'reason="busy"' in arrive(carrier, line)[1]
    again = body(carrier.post(address(asked), form))
    carrier.post(address(again), form)
    assert "<Gather" in arrive(carrier, line)[1]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("TN-Validation-Passed-A", "verified by the carrier"),
        ("TN-Validation-Passed-C", "not verified"),
        ("TN-Validation-Failed-B", "not verified"),
        ("TN-Validation-Passed-A-Diverted", "not verified"),
        ("No-TN-Validation", "unknown"),
        ("", "unknown"),
        ("something new", "not verified"),
    ],
)
def test_what_the_carrier_says_of_a_number_is_shown_and_nothing_rests_on_it(carrier, client, word, said):
    line = hotline()
    form = inbound(number_of(line), StirVerstat=word)
    assert "<Enqueue" in body(carrier.post("/twilio/voice/", form))
    call = Call.objects.get()
    assert call.events.get(key="voice").raw["StirVerstat"] == word
    client.force_login(supervisor_of(line))
    assert said in client.get(f"/calls/{call.pk}/").content.decode()
