"""Which numbers we may call by ourselves: a stranger can type any, so only ordinary ones of the hotline's country.

Numbers that the house keeps itself may be free or company-wide ones too, and short ones that cost nothing extra.
"""

from collections.abc import Collection

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ShortNumberCost, shortnumberinfo

from lines import numbers
from lines.models import Hotline, Number

# An allow-list: premium, shared cost, personal and company-wide numbers, pagers and voicemail boxes are not in it.
ORDINARY = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP}
)
# Of a contact, whom somebody of the house has entered.
KEPT = ORDINARY | {PhoneNumberType.TOLL_FREE, PhoneNumberType.UAN}
_USUAL_COSTS = (ShortNumberCost.TOLL_FREE, ShortNumberCost.STANDARD_RATE)


class NotCallable(ValueError):
    """A number that is not called; the text is a word for why: "wrong", "own" or "foreign"."""


def country_of(hotline: Hotline, dialled: str) -> str:
    """Two letters of the country whose numbers are called: the hotline's, else that of its number; "" if unknown."""
    if hotline.country:
        return str(hotline.country)
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(dialled, None)) or ""
    except phonenumbers.NumberParseException:
        return ""


def callable_number(text: str, country: str) -> str:
    """The number as E.164. Raises NotCallable unless it is an ordinary one of `country` and not our own."""
    if not country:
        raise NotCallable("foreign")
    try:
        number = numbers.normalise(text, country)
        parsed = phonenumbers.parse(number, country)
    except (numbers.NotANumber, phonenumbers.NumberParseException) as error:
        raise NotCallable("wrong") from error
    if not number.startswith("+") or not phonenumbers.is_valid_number(parsed):
        raise NotCallable("wrong")
    if phonenumbers.region_code_for_number(parsed) != country:
        raise NotCallable("foreign")
    if phonenumbers.number_type(parsed) not in ORDINARY:
        raise NotCallable("wrong")
    if Number.objects.filter(number=number).exists():
        raise NotCallable("own")
    return number


def within(text: str, countries: Collection[str], home: str, *, kept: bool = False) -> str:
    """The number as E.164 if it is an ordinary one of one of the `countries` and not our own. Raises NotCallable.

    `home` is the country of a number that is written without one. `kept`: by the house, as a contact's; a short
    number of `home` that costs no extra is then called as it is.
    """
    try:
        number = numbers.normalise(text, home)
        parsed = phonenumbers.parse(number, home or None)
    except (numbers.NotANumber, phonenumbers.NumberParseException) as error:
        raise NotCallable("wrong") from error
    if Number.objects.filter(number=number).exists():
        raise NotCallable("own")
    if not number.startswith("+"):
        if not (kept and home in countries and _short_and_usual(parsed, home)):
            raise NotCallable("wrong")
        return number
    if not phonenumbers.is_valid_number(parsed):
        raise NotCallable("wrong")
    if phonenumbers.region_code_for_number(parsed) not in countries:
        raise NotCallable("foreign")
    if phonenumbers.number_type(parsed) not in (KEPT if kept else ORDINARY):
        raise NotCallable("wrong")
    return number


def _short_and_usual(parsed: phonenumbers.PhoneNumber, home: str) -> bool:
    """Emergency and 116 numbers, what is known to cost nothing or what any call costs, and companies' short numbers."""
    if phonenumbers.is_valid_number(parsed):
        return phonenumbers.number_type(parsed) in KEPT
    if not shortnumberinfo.is_valid_short_number_for_region(parsed, home):
        return False
    return shortnumberinfo.expected_cost_for_region(parsed, home) in _USUAL_COSTS


def spoken(number: str) -> str:
    """A number digit by digit, without its country, as it is read back."""
    national = phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.NATIONAL)
    return ", ".join(digit for digit in national if digit.isdigit())
