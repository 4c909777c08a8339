"""What a caller's number is, and how it is shown: masked unless somebody asks, and that is logged."""

import re

from django.utils.translation import gettext as _

from calls.models import Call

_E164 = re.compile(r"\+[1-9]\d{6,14}")
# Carriers spell a withheld number in words, as "+", or as "anonymous", "restricted", … typed on a keypad.
_WITHHELD_WORDS = ("anonymous", "unknown", "restricted", "unavailable", "private", "withheld", "blocked")
_WITHHELD_DIGITS = {"", "+", "266696687", "7378742833", "2562533", "8656696", "86282452253"}
_VISIBLE_DIGITS = 2


def classify(received: str) -> tuple[str, str]:
    """(kind, number) of a caller as the carrier sent it; a withheld caller has no number."""
    text = received.strip()[:128]
    lowered = text.lower()
    if lowered.lstrip("+") in _WITHHELD_DIGITS or text in _WITHHELD_DIGITS:
        return Call.CallerKind.WITHHELD, ""
    if lowered.startswith("client:"):
        return Call.CallerKind.CLIENT, text
    if any(word in lowered for word in _WITHHELD_WORDS):
        return Call.CallerKind.WITHHELD, ""
    if lowered.startswith(("sip:", "sips:")) or "@" in lowered:
        return Call.CallerKind.SIP, text
    if _E164.fullmatch(text):
        return Call.CallerKind.NUMBER, text
    return Call.CallerKind.ODD, text


def mask(number: str, kind: str) -> str:
    """A number with all but its country's start and last two digits hidden; words for callers without one."""
    if kind == Call.CallerKind.WITHHELD or not number:
        return _("Withheld number")
    if kind == Call.CallerKind.CLIENT:
        return _("Browser telephone")
    if kind == Call.CallerKind.SIP:
        return _("SIP caller")
    start = number[:3] if number.startswith("+") else number[:1]
    hidden = max(0, len(number) - len(start) - _VISIBLE_DIGITS)
    return f"{start}{'•' * hidden}{number[-_VISIBLE_DIGITS:]}" if hidden else "•" * len(number)


def forwarded_from(call: Call) -> str:
    """The telephone that sent the call on to us, masked; "" for a call that dialled us itself."""
    return mask(*reversed(classify(call.forwarded_from))) if call.forwarded_from else ""


def shown(call: Call) -> str:
    """How a call's caller is shown by default: a name where known, never the whole number."""
    if call.caller is not None and call.caller.name:
        return call.caller.name
    return mask(call.caller_number, call.caller_kind)
