"""What calls cost: said before it counts, journalled, stamped when the call comes, and added up to the smallest unit."""

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone

from calls.models import Call
from calls.pricing import cost, together
from calls.timeline import timeline
from lines.pricing import set_tariff
from lines.tariffs import Tariff
from tests.analytics.calls import make_call
from tests.calls.test_webhooks import arrive, body, queue
from tests.people import make_hotline, make_operator, make_user
from tests.world import CarrierHand, hotline, number_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carrier():
    return CarrierHand()


def priced(line, **terms):
    facts = {"kind": "per_minute", "price": Decimal("14.5"), "currency": "NOK", "rounding": "minute"} | terms
    return set_tariff(line.numbers.get(), by=None, at=timezone.now(), **facts)


def said(text: str) -> list[str]:
    return re.findall(r"<Say[^>]*>([^<]*)</Say>", text)


def test_the_price_is_said_after_the_greeting_and_before_the_queue_in_the_hotlines_language(carrier):
    line = hotline(languages=["nb"], greeting="Hei.")
    priced(line, cap=Decimal("100"))
    form, text, _heard, call = queue(carrier, line)
    assert said(text) == ["Hei.", "Denne samtalen koster 14,50 kroner per minutt. Den koster høyst 100 kroner."]
    assert text.index("koster") < text.index("<Enqueue")
    told = [line.text for line in timeline(call)]
    assert any("heard the price: Denne samtalen koster 14,50 kroner" in each for each in told)
    assert body(carrier.post("/twilio/voice/", form)) == text, "the same delivery again hears the same"
    again = call.events.filter(kind="price_said").count()
    assert again == 1


@pytest.mark.parametrize("kind", ["free", "ordinary"])
def test_nothing_is_said_where_callers_pay_nothing_to_us(carrier, kind):
    line = hotline(greeting="Hello.")
    priced(line, kind=kind, price=Decimal(0))
    _form, text, _heard, call = queue(carrier, line)
    assert said(text) == ["Hello."] and not call.events.filter(kind="price_said").exists()


def test_a_new_price_counts_at_its_moment_and_never_for_calls_before(carrier):
    line = hotline()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = priced(line)
        hour = timezone.now() + timedelta(hours=1)
        terms = {"kind": "per_minute", "price": Decimal("20"), "currency": "NOK"}
        later = set_tariff(line.numbers.get(), by=None, at=timezone.now(), valid_from=hour, **terms)
        assert "14.50" in arrive(carrier, line)[1]
        clock.move_to(hour)
        assert "20 Norwegian kroner" in arrive(carrier, line)[1]
    assert list(Call.objects.order_by("arrived_at").values_list("tariff", flat=True)) == [first.pk, later.pk]


def test_a_call_is_paid_from_the_answer_or_from_the_queue_where_waiting_costs_too():
    line, at = make_hotline(), timezone.now()
    talk = Tariff(kind="per_minute", price=Decimal("6"), rounding="second", currency="NOK")
    wait = Tariff(kind="per_minute", price=Decimal("6"), rounding="second", currency="NOK", queue_counts=True)
    call = make_call(line, at, wait=30, talk=60)
    for tariff, minor in ((talk, 600), (wait, 900)):
        call.tariff = tariff
        assert cost(call).minor == minor
    given_up = make_call(line, at, wait=30)
    for tariff, minor in ((talk, 0), (wait, 300)):
        given_up.tariff = tariff
        assert cost(given_up).minor == minor
    going_on = make_call(line, at)
    going_on.tariff = wait
    assert cost(going_on) is None


@pytest.mark.parametrize("refused", ["blocked", "limit", "full", "closed", "gate"])
def test_whoever_was_turned_away_pays_nothing(refused):
    call = make_call(make_hotline(), timezone.now(), queued_at=None, ended_at=timezone.now(), refused=refused)
    call.tariff = Tariff(
        kind="per_call", price=Decimal("6"), currency="NOK", queue_counts=True, own_price=Decimal("0.01")
    )
    found = cost(call)
    assert found.minor == 0
    assert found.own == (Decimal("0.01") if refused in ("closed", "gate") else 0)


def test_sums_are_those_of_the_calls_by_currency():
    line, at = make_hotline(), timezone.now()
    calls = []
    for seconds, currency in ((1, "NOK"), (61, "NOK"), (59, "EUR")):
        call = make_call(line, at, wait=1, talk=seconds, carrier_seconds=seconds + 5)
        call.tariff = Tariff(
            kind="per_minute", price=Decimal("0.333"), rounding="second", currency=currency, own_price=Decimal("0.0085"),
            own_currency="USD",
        )  # fmt: skip
        calls.append(call)
    total = together(calls)
    assert (total.calls, total.callers, total.ours) == (3, ["0.33 EUR", "0.35 NOK"], ["0.0425 USD"])


# --- what people see
@pytest.fixture
def house(client):
    line = hotline()
    number = line.numbers.get()
    at = timezone.now()
    tariff = Tariff.objects.create(
        number=number, valid_from=at - timedelta(days=1), kind="per_minute", price=Decimal("14.5"), own_currency="USD",
        own_price=Decimal("0.0085"),
    )  # fmt: skip
    calls = [
        make_call(line, at - timedelta(hours=n), wait=5, talk=talk, tariff=tariff, number=number, carrier_seconds=talk)
        for n, talk in enumerate((30, 90, 150), 1)
    ]
    boss = make_user("supervisor", line)
    client.force_login(boss)
    return line, calls


def test_a_calls_page_says_what_it_cost(client, house):
    line, calls = house
    text = client.get(f"/calls/{calls[1].pk}/").content.decode()
    assert "29.00 NOK" in text and "0.017 USD" in text
    client.force_login(make_operator(line).user)
    text = client.get(f"/calls/{calls[1].pk}/").content.decode()
    assert "29.00 NOK" in text and "0.017 USD" not in text


def test_the_register_adds_up_what_is_filtered_and_the_file_agrees_to_the_smallest_unit(client, house):
    assert "calls/costs/" in client.get("/calls/").content.decode()
    text = client.get("/calls/costs/").content.decode()
    assert "87.00 NOK" in text and "0.051 USD" in text
    assert "None of these calls" in client.get("/calls/costs/?show=abandoned").content.decode()
    answer = client.post("/calls/export/", {"reason": "The books", "query": ""})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert sum(Decimal(row["Cost to the caller"]) for row in rows) == Decimal("87.00")
    assert sum(Decimal(row["Cost to us"]) for row in rows) == Decimal("0.0510")
    assert {(row["Currency"], row["Currency of that"]) for row in rows} == {("NOK", "USD")}


def test_costs_are_for_supervisors_and_only_where_there_is_a_tariff(client, house):
    line, _calls = house
    client.force_login(make_operator(line).user)
    assert client.get("/calls/costs/").status_code == 403
    assert "calls/costs/" not in client.get("/calls/").content.decode()
    client.force_login(make_user("supervisor", hotline()))
    assert "calls/costs/" not in client.get("/calls/").content.decode()
    assert "None of these calls" in client.get("/calls/costs/").content.decode()


def test_a_price_costs_an_arrival_no_query_more(carrier):
    free, paid = hotline(), hotline()
    priced(paid)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for line in (free, paid):
        arrive(carrier, line)
        with CaptureQueriesContext(connection) as seen:
            arrive(carrier, line)
        counts.append(len(seen))
    assert counts[0] == counts[1] and number_of(free)
