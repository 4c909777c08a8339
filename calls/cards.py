"""Numbers of payment cards, which are never kept: not in a note, not in a draft, not in a log."""

import re

from django.utils.translation import gettext as _

# Digits as people type them. A plus before them makes it a telephone number.
_RUN = re.compile(r"(?<![\d+])\d+(?:[ .\-\u00a0]\d+)*")
_GROUP = re.compile(r"\d+")
_ISSUED = re.compile(r"3|4|5[0-8]|6|2[2-7]")
_SECRET = re.compile(r"\b(?:cvv2?|cvc2?)\b\D{0,12}\d{3,4}(?!\d)", re.IGNORECASE)
_LENGTHS = range(13, 20)
_LONGEST_GROUP = 7  # cards are printed in fours, sixes and fives; eight digits and more are telephone numbers


def holds_card(text: str) -> bool:
    """Whether a text holds a card's number, by its length, beginning and check digit, or the secret code of a card."""
    runs = (_GROUP.findall(run[0]) for run in _RUN.finditer(text))
    return bool(_SECRET.search(text)) or any(_is_card(digits) for run in runs for digits in _readings(run))


def _readings(groups: list[str]) -> list[str]:
    """Each group alone, and neighbours read as one number."""
    joined = list(groups)
    for first in range(len(groups)):
        for last in range(first + 2, min(first + _LENGTHS.stop, len(groups) + 1)):
            if max(map(len, groups[first:last])) <= _LONGEST_GROUP:
                joined.append("".join(groups[first:last]))
    return joined


def _is_card(digits: str) -> bool:
    return len(digits) in _LENGTHS and bool(_ISSUED.match(digits)) and _luhn(digits)


def _luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1."""
    doubled = [int(digit) * (1 + n % 2) for n, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def card_sentence() -> str:
    """What to tell a person who typed one."""
    return _(
        "This looks like a card number, and card numbers are never kept here. "
        "Please take it out; the caller can pay by link or invoice."
    )
