"""What the carrier asks for a leg is read back later: bounded, once, exactly, and whatever the carrier answers."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from calls import leg_prices, outward_use
from calls.models import Call, Leg, LegPrice, Offer
from telephony import pricing
from telephony.tasks import read_prices
from telephony.twilio.client import circuit
from telephony.twilio.client import client as carrier_client
from tests import world
from tests.environment import ACCOUNT_SID
from tests.simulator.application import Application

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(settings):
    application = Application()
    settings.TWILIO_API_URL = application.url
    carrier_client.cache_clear()
    yield application
    circuit.reset()
    carrier_client.cache_clear()
    application.close()


@pytest.fixture
def line():
    return world.hotline("Water", country="NO")


def over(line, **fields):
    at = timezone.now() - timedelta(minutes=2)
    facts = {"arrived_at": at, "answered_at": at, "ended_at": at + timedelta(minutes=1), "state": "ended"} | fields
    return Call.objects.create(
        carrier_ref=facts.pop("carrier_ref", world.sid()), hotline=line, outcome="answered", **facts
    )


def says(carrier, ref, price, *, unit="USD", duration="61", status=200):
    body = {"sid": ref, "price": price, "price_unit": unit, "duration": duration, "status": "completed"}
    carrier.pages[path_of(ref)] = (status, "application/json", json.dumps(body))


def path_of(ref):
    return f"/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/{ref}.json"


def test_every_leg_of_an_ended_call_is_asked_about_and_no_digit_is_lost(carrier, line):
    call = over(line)
    kari = world.operator(line)
    at = call.arrived_at
    offers = [
        Offer.objects.create(
            call=call, operator=kari, device=device, made_at=at, ring_until=at, leg_ref=world.sid(), state="finished"
        )
        for device in ("browser", "phone")
    ]
    leg = Leg.objects.create(call=call, number="+4740000060", made_at=at, ring_until=at, leg_ref=world.sid())
    for ref, price in ((call.carrier_ref, "-0.00850"), (offers[0].leg_ref, "-0.0040"), (offers[1].leg_ref, "-0.0140"),
                       (leg.leg_ref, "-12.345678")):  # fmt: skip
        says(carrier, ref, price)
    assert pricing.read_back(timezone.now()) == pricing.Read(asked=4, priced=4)
    found = {row.what: (row.price, row.currency, row.seconds, row.due_at) for row in LegPrice.objects.all()}
    assert found == {
        "caller": (Decimal("0.00850"), "USD", 61, None),
        "operator": (Decimal("0.0040"), "USD", 61, None),
        "telephone": (Decimal("0.0140"), "USD", 61, None),
        "outside": (Decimal("12.345678"), "USD", 61, None),
    }
    assert pricing.read_back(timezone.now()) == pricing.Read(asked=0, priced=0)  # nothing is asked twice


def test_the_page_of_the_call_shows_both_reckonings_to_supervisors(carrier, line, client):
    call = over(line)
    says(carrier, call.carrier_ref, "-0.00850")
    assert read_prices() == {"asked": 1, "priced": 1}
    page = reverse("calls:call", args=[call.pk])
    client.force_login(world.supervisor_of(line))
    assert "0.0085 USD" in client.get(page).content.decode()
    client.force_login(world.operator(line).user)
    assert "0.0085 USD" not in client.get(page).content.decode()


def test_a_price_that_is_not_known_yet_is_asked_for_again_later_and_not_for_ever(carrier, line):
    call = over(line)
    says(carrier, call.carrier_ref, None)
    at, waits = timezone.now(), []
    for _ in range(leg_prices.TIMES + 2):
        pricing.read_back(at)
        row = LegPrice.objects.get(call=call)
        if row.due_at is None:
            break
        waits.append((row.due_at - timezone.now()).total_seconds())
        at = row.due_at + timedelta(seconds=1)
    assert len(carrier.to(path_of(call.carrier_ref))) == leg_prices.TIMES
    assert [round(wait / 60) for wait in waits[:3]] == [1, 2, 4] and row.price is None


def test_a_price_that_comes_late_replaces_the_estimate(carrier, line):
    call = over(line, direction="outgoing", reached_at=timezone.now() - timedelta(minutes=2), carrier_seconds=61)
    says(carrier, call.carrier_ref, None)
    pricing.read_back(timezone.now())
    rule = outward_use.rule_of(line)
    rule.minute_price = Decimal("0.5")
    rule.save()
    assert outward_use.use_of(line, rule, timezone.now()).spent == 1
    says(carrier, call.carrier_ref, "-0.028")
    pricing.read_back(timezone.now() + timedelta(minutes=2))
    assert outward_use.use_of(line, rule, timezone.now()).spent == Decimal("0.028")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_carrier_that_slows_us_down_or_errs_is_left_alone_and_nothing_is_lost(carrier, line, status):
    first, second = over(line), over(line)
    says(carrier, first.carrier_ref, "-0.01", status=status)
    says(carrier, second.carrier_ref, "-0.02")
    pricing.read_back(timezone.now())
    says(carrier, first.carrier_ref, "-0.01")
    pricing.read_back(timezone.now() + timedelta(seconds=1))
    assert set(LegPrice.objects.values_list("price", flat=True)) == {Decimal("0.01"), Decimal("0.02")}


def test_a_leg_that_the_carrier_does_not_know_is_let_go(carrier, line):
    call = over(line)
    says(carrier, call.carrier_ref, None, status=404)
    pricing.read_back(timezone.now())
    assert LegPrice.objects.get(call=call).due_at is None


def test_calls_that_no_carrier_knows_and_those_that_still_last_are_not_asked_about(carrier, line):
    over(line, carrier_ref="hand:1")
    over(line, carrier_ref="callback:1", direction="outgoing")
    over(line, ended_at=None, state="connected")
    assert leg_prices.find_new(timezone.now(), limit=9) == 0 and not LegPrice.objects.exists()


def test_two_who_ask_at_once_ask_about_different_legs_and_a_turn_is_bounded(line):
    for _ in range(5):
        over(line)
    at = timezone.now()
    assert leg_prices.find_new(at, limit=4) == 4
    first, second = leg_prices.claim(at, limit=3), leg_prices.claim(at, limit=3)
    assert (len(first), len(second)) == (3, 1)
    assert not {row.pk for row in first} & {row.pk for row in second}
    assert leg_prices.claim(at + leg_prices.LEASE, limit=9)  # whoever took them has died


@pytest.mark.parametrize(
    ("said", "cost"),
    [("-0.00850", "0.00850"), ("0", "0"), ("-0", "0"), ("0.5", "-0.5"), (None, None), ("", None), ("NaN", None)],
)
def test_the_carriers_minus_is_what_we_pay(said, cost):
    found = pricing.cost_of(said)
    assert found == (None if cost is None else Decimal(cost)) and str(found) != "-0"
