"""T73: of three hundred numbers of each country, those are called that the list allows, whoever asks.

The numbers are spread evenly over each country's own plan (from the seed below), so that every kind it has is among
them: fixed, mobile, free, premium, shared cost, personal, pagers, voicemail boxes, company-wide, and what is no number.
"""

import random

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType, example_number_for_type, format_number

from calls.dialling import KEPT, ORDINARY, NotCallable, callable_number, within
from tests.calls.test_dialling import COSTLY, REGIONS

pytestmark = pytest.mark.django_db
EACH = 300
# Islands that share +1 with the United States and Canada: from a keypad they look like the next state.
ISLANDS = (
    *("AG", "AI", "AS", "BB", "BM", "BS", "DM", "DO", "GD", "GU", "JM", "KN", "KY", "LC", "MP", "MS", "PR", "SX"),
    *("TC", "TT", "VC", "VG", "VI"),
)
TYPES = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]


def numbers_of(region: str) -> list[str]:
    """Three hundred: the example of each kind, and others that share its beginning."""
    chance = random.Random(region)
    code = phonenumbers.country_code_for_region(region)
    seeds = [found for kind in TYPES if (found := example_number_for_type(region, kind)) is not None]
    found = {format_number(seed, PhoneNumberFormat.E164) for seed in seeds}
    while len(found) < EACH:
        national = str(chance.choice(seeds).national_number) if seeds else "900000000"
        kept = chance.randint(1, max(1, len(national) - 2))
        digits = national[:kept] + "".join(chance.choice("0123456789") for _ in national[kept:])
        found.add(f"+{code}{digits}")
    return sorted(found)


def kind_of(number: str, region: str) -> int | None:
    """What it is by the plan of the world's numbers alone; None if it is none of this country."""
    parsed = phonenumbers.parse(number)
    real = phonenumbers.is_valid_number(parsed) and phonenumbers.region_code_for_number(parsed) == region
    return phonenumbers.number_type(parsed) if real else None


def called(number: str, region: str, *, kept: bool) -> bool:
    try:
        within(number, [region], region, kept=kept)
    except NotCallable:
        return False
    return True


@pytest.mark.parametrize("letters", ["ABCD", "EFGHI", "JKLM", "NOPQRS", "TUVWXYZ"])
def test_of_300_numbers_of_every_country_only_what_the_list_allows_is_called(letters, monkeypatch):
    monkeypatch.setattr("calls.dialling.Number.objects", NoNumbers())  # that ours are not called is told elsewhere
    counted = 0
    for region in (region for region in REGIONS if region[0] in letters):
        numbers = numbers_of(region)
        assert len(numbers) == EACH
        for number in numbers:
            kind = kind_of(number, region)
            assert called(number, region, kept=False) == (kind in ORDINARY), (region, number)
            if kind not in ORDINARY:
                assert called(number, region, kept=True) == (kind in KEPT), (region, number)
        counted += len(numbers)
    assert counted


class NoNumbers:
    """Stands for the table of our own numbers: seventy thousand questions to it would say nothing new."""

    def filter(self, **facts):
        return self

    def exists(self):
        return False


@pytest.mark.parametrize("kind", COSTLY)
def test_not_even_a_contact_may_be_a_costly_number_but_for_a_companys_own(kind):
    called_all = []
    for region in REGIONS:
        example = example_number_for_type(region, kind)
        if example is not None and called(format_number(example, PhoneNumberFormat.E164), region, kept=True):
            called_all.append(region)
    assert called_all == [] or kind == PhoneNumberType.UAN


@pytest.mark.parametrize("island", ISLANDS)
def test_no_island_of_the_caribbean_or_the_pacific_is_called_as_if_it_were_the_mainland(island):
    for kind in (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        example = example_number_for_type(island, kind)
        if example is None:
            continue
        number = format_number(example, PhoneNumberFormat.E164)
        for mainland in ("US", "CA"):
            with pytest.raises(NotCallable):
                within(number, [mainland], mainland, kept=True)
        assert within(number, [island], island) == number  # where it is allowed it is called


@pytest.mark.parametrize(
    "number", ["+19002345678", "+19005551234", "+19765551234", "+1976", "19002345678", "+15005550006", "+17005551234"]
)
@pytest.mark.parametrize("kept", [False, True])
def test_900_and_976_and_their_kin_are_refused(number, kept):
    with pytest.raises(NotCallable):
        within(number, ["US", "CA"], "US", kept=kept)


@pytest.mark.parametrize("series", ["82", "810", "811", "812", "813", "814", "815", "819"])
def test_norways_dear_and_shared_series_are_refused_whatever_follows(series):
    chance = random.Random(series)
    for _ in range(60):
        number = "+47" + series + "".join(chance.choice("0123456789") for _ in range(8 - len(series)))
        with pytest.raises(NotCallable):
            callable_number(number, "NO")
        with pytest.raises(NotCallable):
            within(number, ["NO"], "NO")


def test_short_numbers_are_called_for_contacts_alone_and_none_that_cost_extra():
    assert within("116117", ["NO"], "NO", kept=True) == "116117"
    assert within("113", ["NO"], "NO", kept=True) == "113"
    assert within("02800", ["NO"], "NO", kept=True) == "02800"
    for number in ("116117", "113", "02800"):
        with pytest.raises(NotCallable):
            within(number, ["NO"], "NO")
    for number in ("1881", "1850", "175", "199"):
        with pytest.raises(NotCallable):
            within(number, ["NO"], "NO", kept=True)


def test_another_country_is_called_once_it_is_on_the_list():
    with pytest.raises(NotCallable, match="foreign"):
        within("+46701234567", ["NO"], "NO")
    assert within("+46701234567", ["NO", "SE"], "NO") == "+46701234567"
    assert within("701234567", ["SE"], "SE") == "+46701234567"
