"""Which numbers a stranger can make us call: ordinary ones of the hotline's country, and no others (T73, T77)."""

from contextlib import suppress

import pytest
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneNumberType,
    example_number_for_type,
    format_number,
    region_code_for_number,
)
from phonenumbers import PhoneNumberFormat as Shape

from calls.dialling import NotCallable, callable_number, country_of, spoken
from tests.world import hotline, number_of

pytestmark = pytest.mark.django_db
COSTLY = [
    *(PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.PERSONAL_NUMBER),
    *(PhoneNumberType.PAGER, PhoneNumberType.UAN, PhoneNumberType.VOICEMAIL),
]
REGIONS = sorted({region for regions in COUNTRY_CODE_TO_REGION_CODE.values() for region in regions} - {"001"})


@pytest.mark.parametrize("kind", COSTLY)
def test_no_costly_number_of_any_country_is_called(kind):
    called = []
    for region in REGIONS:
        example = example_number_for_type(region, kind)
        if example is None:
            continue
        with suppress(NotCallable):
            called.append(callable_number(format_number(example, Shape.E164), region))
    assert called == []


def test_an_ordinary_number_is_called_in_its_own_country_and_from_no_other():
    for region in REGIONS:
        example = example_number_for_type(region, PhoneNumberType.MOBILE)
        if example is None:
            continue
        number = format_number(example, Shape.E164)
        other = "NO" if region_code_for_number(example) != "NO" else "SE"
        with pytest.raises(NotCallable):
            callable_number(number, other)
    assert callable_number("912 34 567", "NO") == "+4791234567"
    assert callable_number("004791234567", "NO") == "+4791234567"
    assert callable_number("+442079460011", "GB") == "+442079460011"


@pytest.mark.parametrize(
    "typed",
    ["", "1", "118", "112", "1881", "02800", "82012345", "+18765551234", "9123456", "*21*91234567", "91234567890"],
)
def test_what_is_no_ordinary_norwegian_number_is_refused(typed):
    with pytest.raises(NotCallable):
        callable_number(typed, "NO")


def test_the_islands_that_share_a_code_with_a_big_country_are_abroad():
    with pytest.raises(NotCallable, match="foreign"):
        callable_number("+18765551234", "US")


def test_our_own_numbers_are_never_called():
    own = number_of(hotline())
    with pytest.raises(NotCallable, match="own"):
        callable_number(own, "NO")


def test_without_a_country_nothing_is_called():
    with pytest.raises(NotCallable, match="foreign"):
        callable_number("+4791234567", "")


def test_the_country_is_the_hotlines_else_that_of_the_number_that_was_dialled():
    assert country_of(hotline(country="SE"), "+4721000001") == "SE"
    assert country_of(hotline(), "+4721000001") == "NO"
    assert country_of(hotline(), "116111") == ""


def test_a_number_is_read_digit_by_digit_without_its_country():
    assert spoken("+4791234567") == "9, 1, 2, 3, 4, 5, 6, 7"
