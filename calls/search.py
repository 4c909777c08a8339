"""Finding calls by what a person has in hand: a name, a number, the carrier's reference, a word of the note."""

import re
import uuid
from typing import Any

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
    if (known := named(text)) is not None:
        return calls.filter(pk=known)
    for word in text.split():
        calls = calls.filter(pk__in=_saying(word))
    return calls


def named(text: str) -> uuid.UUID | None:
    """The call whose own id or carrier's reference this is."""
    which = Q(carrier_ref=text)
    if (call_id := _uuid(text)) is not None:
        which |= Q(pk=call_id)
    return Call.objects.order_by().filter(which).values_list("pk", flat=True).first()


def _saying(word: str) -> "QuerySet[Any, Any]":
    """The ids of calls with a word in the note or the caller's name; each part reads an index of its own."""
    notes = Note.objects.order_by().filter(Q(summary__icontains=word) | Q(caller_name__icontains=word))
    named = Call.objects.order_by().filter(caller__in=Caller.objects.filter(name__icontains=word))
    return notes.values_list("call_id", flat=True).union(named.values_list("pk", flat=True))


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
