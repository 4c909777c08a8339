"""What a call costs its caller, exactly: against an independent computation in fractions (T76), and how it is set."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.models import AuditEntry
from lines import currencies
from lines.pricing import set_tariff
from lines.services import Refused
from lines.tariffs import Tariff, charge, in_force, own_cost
from tests.people import make_user
from tests.world import hotline, supervisor_of

Kind, Rounding = Tariff.Kind, Tariff.Rounding
AT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PRICES = st.decimals(min_value=0, max_value=9999, places=4, allow_nan=False, allow_infinity=False)
LENGTHS = st.timedeltas(min_value=timedelta(0), max_value=timedelta(hours=5))


def expected(kind, price, cap, rounding, currency, length) -> int:
    """The same in fractions, written from the words of docs/tariffs.md."""
    units = {"JPY": 1, "KWD": 1000}.get(currency, 100)
    if kind == "per_minute":
        seconds = ceil(Fraction(length // timedelta(microseconds=1), 1_000_000))
        if seconds and rounding == "minute":
            seconds = ceil(Fraction(seconds, 60)) * 60
        if seconds and rounding == "first":
            seconds = max(60, seconds)
        amount = Fraction(price) * seconds / 60
    else:
        amount = Fraction(price)
    if cap is not None:
        amount = min(amount, Fraction(cap))
    return floor(amount * units + Fraction(1, 2))


@given(
    kind=st.sampled_from(["per_minute", "per_call"]),
    price=PRICES,
    cap=st.none() | PRICES,
    rounding=st.sampled_from(["second", "minute", "first"]),
    currency=st.sampled_from(["NOK", "JPY", "KWD"]),
    length=LENGTHS,
)
def test_every_call_costs_what_fractions_say(kind, price, cap, rounding, currency, length):
    tariff = Tariff(kind=kind, price=price, cap=cap, rounding=rounding, currency=currency)
    assert charge(tariff, length) == expected(kind, price, cap, rounding, currency, length)


@pytest.mark.parametrize(
    ("rounding", "seconds", "minor"),
    [
        ("minute", 0, 0), ("minute", 1, 1450), ("minute", 60, 1450), ("minute", 61, 2900),
        ("second", 1, 24), ("second", 30, 725), ("second", 90, 2175),
        ("first", 1, 1450), ("first", 60, 1450), ("first", 61, 1474),
    ],
)  # fmt: skip
def test_fourteen_fifty_a_minute(rounding, seconds, minor):
    tariff = Tariff(kind="per_minute", price=Decimal("14.50"), rounding=rounding, currency="NOK")
    assert charge(tariff, timedelta(seconds=seconds)) == minor


def test_a_part_of_a_second_counts_as_one_and_no_time_costs_nothing():
    tariff = Tariff(kind="per_minute", price=Decimal("60"), rounding="second", currency="NOK")
    assert charge(tariff, timedelta(seconds=1, microseconds=1)) == 200
    assert charge(tariff, None) == charge(tariff, timedelta(0)) == charge(tariff, timedelta(seconds=-3)) == 0


def test_a_price_a_call_is_paid_once_and_only_if_something_counted():
    tariff = Tariff(kind="per_call", price=Decimal("25"), currency="NOK")
    assert charge(tariff, timedelta(hours=2)) == charge(tariff, timedelta(0)) == 2500
    assert charge(tariff, None) == 0


@pytest.mark.parametrize("kind", ["free", "ordinary"])
def test_free_and_ordinary_calls_cost_nothing_here(kind):
    tariff = Tariff(kind=kind, price=Decimal("9"), currency="NOK")
    assert (tariff.priced, charge(tariff, timedelta(hours=1))) == (False, 0)


def test_what_the_carrier_charges_us_is_exact_and_by_the_started_minute():
    tariff = Tariff(own_price=Decimal("0.0085"))
    assert [own_cost(tariff, seconds) for seconds in (0, 1, 60, 61)] == [
        Decimal("0"), Decimal("0.0085"), Decimal("0.0085"), Decimal("0.0170")
    ]  # fmt: skip
    assert own_cost(Tariff(), 60) is None


@pytest.mark.parametrize(
    ("language", "amount", "currency", "said"),
    [
        ("en", "14.50", "NOK", "14.50 Norwegian kroner"),
        ("nb", "14.50", "NOK", "14,50 kroner"),
        ("nb", "25", "EUR", "25 euro"),
        ("fil", "8.25", "PHP", "8.25 piso"),
        ("en", "120", "JPY", "120 JPY"),
        ("xx", "0.0085", "USD", "0.0085 US dollars"),
    ],
)
def test_amounts_are_said_in_the_language_of_the_hotline(language, amount, currency, said):
    assert currencies.spoken(Decimal(amount), currency, language) == said


def test_amounts_are_written_with_the_digits_of_their_currency():
    with translation.override("nb"):
        assert currencies.written(1450, "NOK") == "14,50 NOK"
    assert [currencies.written(1450, code) for code in ("NOK", "JPY", "KWD")] == ["14.50 NOK", "1450 JPY", "1.450 KWD"]


# --- versions
def test_the_tariff_in_force_is_the_last_that_has_begun():
    old, new = Tariff(valid_from=AT), Tariff(valid_from=AT + timedelta(days=1))
    assert in_force([new, old], AT - timedelta(seconds=1)) is None
    assert in_force([new, old], AT) is old
    assert in_force([new, old], AT + timedelta(days=1)) is new


@pytest.mark.django_db
def test_no_tariff_begins_in_the_past_and_none_is_rewritten(client):
    number = hotline().numbers.get()
    terms = {"kind": "per_minute", "price": Decimal("5"), "currency": "NOK"}
    with pytest.raises(Refused, match="past"):
        set_tariff(number, by=None, at=AT, valid_from=AT - timedelta(seconds=1), **terms)
    first = set_tariff(number, by=None, at=AT, **terms)
    with pytest.raises(Refused):
        set_tariff(number, by=None, at=AT, valid_from=AT, **terms | {"price": Decimal("6")})
    set_tariff(number, by=None, at=AT, valid_from=AT + timedelta(days=1), **terms | {"price": Decimal("6")})
    first.refresh_from_db()
    assert first.price == Decimal("5") and number.tariffs.count() == 2


# --- the page
@pytest.fixture
def page(client):
    client.force_login(make_user("administrator"))
    line = hotline(time_zone="Europe/Oslo")
    return line.numbers.get(), f"/lines/{line.slug}/numbers/{line.numbers.get().pk}/tariffs/"


FORM = {"kind": "per_minute", "price": "14.50", "currency": "nok", "rounding": "minute", "own_currency": "USD"}


@pytest.mark.django_db
def test_an_administrator_sets_a_tariff_and_it_is_in_force(client, page):
    number, url = page
    text = client.post(url, FORM | {"cap": "100", "queue_counts": "on", "own_price": "0.0085"}, follow=True)
    said = text.content.decode()
    assert "14.50 NOK a minute, by the started minute, at most 100.00 NOK, waiting costs too" in said
    assert "in force" in said
    tariff = number.tariffs.get()
    assert (tariff.price, tariff.currency, tariff.own_price) == (Decimal("14.5"), "NOK", Decimal("0.0085"))
    assert AuditEntry.objects.filter(verb="tariff.set").exists()
    assert "14.50 NOK a minute" in client.get(url.removesuffix("tariffs/")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"price": ""}, "Say the price."),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"price": "1.00001"}, "decimal places"),
        ({"currency": "XYZ"}, "not the code of a currency"),
        ({"valid_from": "2020-01-01T10:00"}, "cannot begin in the past"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(client, page, given, said):
    number, url = page
    assert said in client.post(url, FORM | given).content.decode()
    assert not number.tariffs.exists()


@pytest.mark.django_db
def test_a_tariff_to_come_can_be_taken_back_and_one_that_has_begun_cannot(client, page):
    number, url = page
    day = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT10:00")
    client.post(url, FORM)
    client.post(url, FORM | {"price": "20", "valid_from": day})
    begun, to_come = number.tariffs.order_by("valid_from")
    client.post(f"{url}{to_come.pk}/withdraw/")
    client.post(f"{url}{begun.pk}/withdraw/")
    assert list(number.tariffs.all()) == [begun]


@pytest.mark.django_db
def test_supervisors_do_not_set_prices(client):
    line = hotline()
    client.force_login(supervisor_of(line))
    assert client.get(f"/lines/{line.slug}/numbers/{line.numbers.get().pk}/tariffs/").status_code == 403
