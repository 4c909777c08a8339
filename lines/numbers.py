"""Telephone numbers as the organisation writes them, brought to the one form in which calls name them."""

import re

import phonenumbers
from django.utils.translation import gettext as _

SHORT_DIGITS = 6  # 199, 988, 02800, 116111: national numbers with no international form
SPACING = re.compile(r"[\s().\-/\u00a0]")


class NotANumber(ValueError):
    """Cannot be read as a telephone number. The text is a sentence."""


def normalise(text: str, country: str = "") -> str:
    """E.164 where the number has such a form (`country`, two letters, for national ones); short ones as they are.

    Raises NotANumber.
    """
    digits = SPACING.sub("", text)
    if digits.isascii() and digits.isdigit() and 3 <= len(digits) <= SHORT_DIGITS:
        return digits
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    try:
        parsed = phonenumbers.parse(digits, country or None)
    except phonenumbers.NumberParseException as error:
        raise NotANumber(_sentence(text)) from error
    if not phonenumbers.is_possible_number(parsed) or re.search(r"[^\d+]", digits):
        raise NotANumber(_sentence(text))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _sentence(text: str) -> str:
    return _("“%(text)s” is not a telephone number. Write it with its country, as in +47 22 12 34 56.") % {"text": text}
