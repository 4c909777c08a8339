"""Which numbers we may call by ourselves: a stranger can type any, so only ordinary ones of the hotline's country."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from lines import numbers
from lines.models import Hotline, Number

# An allow-list: premium, shared cost, personal and company-wide numbers, pagers and voicemail boxes are not in it.
ORDINARY = frozenset(
    {PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP}
)


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


def spoken(number: str) -> str:
    """A number digit by digit, without its country, as it is read back."""
    national = phonenumbers.format_number(phonenumbers.parse(number, None), PhoneNumberFormat.NATIONAL)
    return ", ".join(digit for digit in national if digit.isdigit())
