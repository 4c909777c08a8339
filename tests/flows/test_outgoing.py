"""An operator calls out: own telephone first, then the other side, as a call of the register like any other."""

import itertools
from contextlib import contextmanager

import pytest
import requests
from django.test import override_settings
from django.utils import timezone
from rest_framework.authtoken.models import Token

from calls import leg_prices
from calls.lifeline import lifeline
from calls.models import Call, LegPrice, OutwardRule
from calls.services import save_note
from calls.timeline import timeline
from knowledge.models import Contact
from operators.models import Presence
from telephony import pricing
from telephony.simulator.prices import CLIENT, OUTBOUND
from telephony.twilio.client import client
from tests.flows.conftest import state_of
from tests.flows.test_one_call import ready
from tests.system import ACCOUNT_SID, AUTH_TOKEN, until
from tests.world import hotline, number_of

_others = itertools.count(91_400_000)


@pytest.fixture
def line(system):
    return hotline(organisation="City Water", ring_seconds=20, wrap_up_seconds=60, country="NO")


@pytest.fixture
def number():
    return f"+47{next(_others)}"


@pytest.fixture
def kari(line):
    return ready(line, display_name="Kari")


@pytest.fixture
def engineer(line, number):
    return Contact.objects.create(hotline=line, name="Duty engineer", phone=number)


def api(system, who, path, **facts):
    token, _made = Token.objects.get_or_create(user=who.user)
    headers = {"Authorization": f"Token {token.key}"}
    return requests.post(f"{system.url}/api/v1/calls/{path}", json=facts, headers=headers, timeout=10)


def call_out(system, who, to, **facts):
    answer = api(system, who, "", to=str(to), **facts)
    assert answer.status_code == 201, answer.text
    return Call.objects.get(pk=answer.json()["id"])


def ended(call):
    return until(lambda: Call.objects.filter(pk=call.pk, state="ended").first(), within=60, what="the end")


def story(call):
    return [line.text for line in timeline(call)]


def test_a_contact_is_called_talked_with_held_and_written_up(system, line, kari, engineer, number):
    with system.desk(kari) as desk, system.handset(number) as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        desk.rings()
        assert not handset.events() and state_of(kari) == Presence.RINGING
        leg = desk.answer()
        until(lambda: state_of(kari) == Presence.ON_CALL, what="the call")
        handset.rings()
        picked = handset.answer()
        picked.wait_for("talking")
        assert picked.facts["from"] == number_of(line)  # the other side sees the hotline
        leg.say("this is City Water")
        picked.wait_for("this is City Water")
        assert api(system, kari, f"{call.pk}/hold/").status_code == 200
        assert picked.wait(lambda: not picked.look().facts["talks_with"])
        assert api(system, kari, f"{call.pk}/resume/").status_code == 200
        picked.wait_for("talking")
        leg.hang_up()
        picked.wait_for("completed")
        assert not any("Thank you for calling" in text for text in picked.heard)
        assert until(lambda: state_of(kari) == Presence.WRAP_UP, within=2)
    over = ended(call)
    assert (over.direction, over.outcome, over.operator, over.ended_by) == ("outgoing", "answered", kari, "operator")
    assert over.answered_at <= over.reached_at
    at = timezone.now()
    save_note(over.pk, operator_id=kari.pk, by=kari.user, at=at, topic_id=None, outcome="answered", summary="x")
    assert state_of(kari) == Presence.READY
    told = story(over)
    assert told.index("Kari calls Duty engineer.") < told.index("The number was dialled.")
    assert told.index("The number was dialled.") < told.index("The other side picked up.")
    assert [step.kind for step in lifeline(over)][:2] == ["dialled", "talk"]
    system.at_rest()


def test_a_caller_is_called_back_from_a_telephone_of_the_operator(system, line, number):
    kari = ready(line, display_name="Kari")
    with system.desk(kari) as desk:
        came = system.phone.dial(number_of(line), caller=number)
        desk.answer().wait_for("talking")
        came.hang_up()
        until(lambda: state_of(kari) == Presence.WRAP_UP, what="the wrap-up")
    first = ended(Call.objects.get(carrier_ref=came.sid))
    ola = ready(line, display_name="Ola", phone="+4741000311", device="phone")
    with system.handset("+4741000311") as own, system.handset(number) as handset:
        call = call_out(system, ola, first.pk)
        leg = own.answer()
        leg.wait_for("Press 1, and it is dialled")
        assert not handset.events()
        leg.press("1")
        picked = handset.answer()
        picked.wait_for("talking")
        picked.hang_up()  # the other side ends it
        until(lambda: state_of(ola) == Presence.WRAP_UP, within=2, what="the operator's freedom")
    over = ended(call)
    assert (over.outcome, over.ended_by, over.outgoing.origin) == ("answered", "caller", first)
    system.at_rest()


@pytest.mark.parametrize("how", ["decline", "rings_out", "unreachable"])
def test_nobody_picks_up_and_the_operator_is_free_without_a_wrap_up(system, line, kari, engineer, number, how):
    with system.desk(kari, mode="answer"), system.handset(number, mode=how):
        over = ended(call_out(system, kari, f"contact:{engineer.pk}"))
        until(lambda: state_of(kari) == Presence.READY, within=2, what="the operator's freedom")
    assert over.outcome == "unreached" and over.reached_at is None
    system.at_rest()


def test_the_operator_hangs_up_before_anybody_picked_up_and_the_ringing_stops(system, line, kari, engineer, number):
    with system.desk(kari) as desk, system.handset(number) as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        leg = desk.answer()
        handset.rings()
        leg.hang_up()
        handset.wait_for("stopped")
        assert ended(call).outcome == "unreached"
        until(lambda: state_of(kari) == Presence.READY, within=2, what="the operator's freedom")
    system.at_rest()


def test_who_does_not_take_their_own_telephone_calls_nobody(system, line, kari, engineer, number):
    with system.desk(kari, mode="decline"), system.handset(number) as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        assert ended(call).outcome == "cancelled"
        until(lambda: state_of(kari) == Presence.READY, within=2, what="the operator's freedom")
        assert not handset.events()
    assert not [each for each in system.carrier.calls("outbound-api") if each["to"] == number]
    system.at_rest()


def test_it_is_passed_on_to_a_colleague(system, line, kari, engineer, number):
    ola = ready(line, display_name="Ola")
    with system.desk(kari) as desk, system.desk(ola) as other, system.handset(number) as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        desk.answer()
        picked = handset.answer()
        picked.wait_for("talking")
        passed = api(system, kari, f"{call.pk}/transfer/", to=f"operator:{ola.user.username}", kind="cold")
        assert passed.status_code == 200, passed.text
        leg = other.answer()
        picked.wait_for("talking")
        leg.say("Ola here")
        picked.wait_for("Ola here")
        picked.hang_up()
    over = ended(call)
    assert (over.outcome, over.operator) == ("answered", ola)
    until(lambda: state_of(kari) == Presence.WRAP_UP and state_of(ola) == Presence.WRAP_UP, what="both write up")
    system.at_rest()


@pytest.mark.parametrize(
    "fault",
    [{"kind": "drop", "processed": True}, {"kind": "status", "status": 503, "processed": True}, {"kind": "drop"}],
    ids=["lost answer", "error after the act", "lost request"],
)
def test_a_create_whose_outcome_is_unknown_dials_nobody_twice(system, line, kari, engineer, number, fault):
    with system.desk(kari) as desk, system.handset(number) as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        desk.rings()
        system.carrier.fault(on="rest", path="/Calls.json", method="POST", **fault)
        desk.answer()
        handset.answer(timeout=20).wait_for("talking")
        assert len([each for each in system.carrier.calls("outbound-api") if each["to"] == number]) == 1
        handset.hang_up()
    ended(call)
    system.at_rest()


def test_at_the_limit_nothing_outward_is_dialled_but_operators_telephones_still_ring(system, line, engineer, number):
    OutwardRule.objects.create(hotline=line, daily_minutes=1)
    kari = ready(line, display_name="Kari", phone="+4741000312", device="phone")
    with system.handset("+4741000312", mode="answer", press="1"), system.handset(number, mode="answer") as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        until(lambda: Call.objects.filter(pk=call.pk, reached_at__isnull=False).exists(), what="the conversation")
        handset.hang_up()
        ended(call)
        until(lambda: state_of(kari) == Presence.WRAP_UP, what="the wrap-up")
        at = timezone.now()
        save_note(call.pk, operator_id=kari.pk, by=kari.user, at=at, topic_id=None, outcome="answered", summary="")
        refused = api(system, kari, "", to=f"contact:{engineer.pk}")
        assert refused.status_code == 409 and "1 of 1 minutes" in refused.json()["detail"]
        caller = system.phone.dial(number_of(line))
        caller.wait_for("talking", 15)
        passed = api(
            system, kari, f"{Call.objects.get(carrier_ref=caller.sid).pk}/transfer/", to=engineer.phone, kind="cold"
        )
        assert passed.status_code == 409 and "limit for outgoing calls" in passed.json()["detail"]
        caller.hang_up()
    system.at_rest()


def test_the_carriers_prices_are_read_back_to_the_last_digit(system, line, kari, engineer, number, monkeypatch):
    monkeypatch.setattr(leg_prices, "AFTER", leg_prices.AFTER * 0)
    monkeypatch.setattr(leg_prices, "_STEP", leg_prices._STEP * 0)
    with system.desk(kari) as desk, system.handset(number) as handset:
        call = call_out(system, kari, f"contact:{engineer.pk}")
        desk.answer()
        handset.answer().wait_for("talking")
        handset.hang_up()
    ended(call)
    system.at_rest()
    with asking(system):
        system.carrier.fault("status", on="rest", status=429, path="/Calls/", method="GET")
        pricing.read_back(timezone.now())  # slowed down: nothing is lost
        until(lambda: (pricing.read_back(timezone.now()), priced(call) == 2)[1], what="the prices")
    prices = dict(LegPrice.objects.filter(call=call).values_list("what", "price"))
    assert prices == {"outward": OUTBOUND, "operator": CLIENT}
    asked = leg_prices.asked_for(call)
    assert (asked.total, asked.open) == ("0.018 USD", False)


def priced(call):
    return LegPrice.objects.filter(call=call, price__isnull=False).count()


@contextmanager
def asking(system):
    """Our own client, in this process, asks this system's carrier."""
    facts = {"TWILIO_API_URL": system.box.url, "TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN}
    with override_settings(**facts):
        client.cache_clear()
        yield
    client.cache_clear()
