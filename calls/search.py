"""Finding calls by what a person has in hand: a name, a number, the carrier's reference, a word of the note."""

import re
import uuid

from django.db.models import Q, QuerySet

from calls.models import Call, Caller, Note
from lines.models import Number

SPACING = re.compile(r"[\s().\-/\u00a0]")
DIGITS = re.compile(r"\+?\d{5,}")


def search(calls: "QuerySet[Call]", text: str) -> "QuerySet[Call]":
    """The calls of `calls` that fit `text`.

    A number fits as a whole only: one that could be searched by its parts could be guessed digit by digit, past the
    mask and the log. Words must all be found, each in the caller's name or the note.
    """
    text = text.strip()
    if not text:
        return calls
    number = SPACING.sub("", text)
    if DIGITS.fullmatch(number):
        return calls.filter(_number(number))
    exact = Q(carrier_ref=text)
    if (call_id := _uuid(text)) is not None:
        exact |= Q(pk=call_id)
    words = Q()
    for word in text.split():
        words &= Q(caller__in=Caller.objects.filter(name__icontains=word)) | Q(
            pk__in=Note.objects.filter(Q(summary__icontains=word) | Q(caller_name__icontains=word)).values("call_id")
        )
    return calls.filter(exact | words)


def _number(number: str) -> Q:
    """As it was dialled or shown, with or without the plus that a URL so easily loses."""
    forms = {number, "+" + number.lstrip("+"), number.lstrip("+")}
    if number.startswith("00"):
        forms.add("+" + number[2:])
    return Q(caller_number__in=forms) | Q(dialled__in=forms) | Q(number__in=Number.objects.filter(number__in=forms))


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
