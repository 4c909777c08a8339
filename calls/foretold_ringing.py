"""Whom a call would ring, told in words, where the hotline rings everybody at once."""

from django.utils.translation import gettext as _

from calls.foretold_way import Queued
from calls.ringing_all import AT_ONCE


def several(queued: Queued | None) -> int:
    """How many telephones would ring at once; 0 where they ring one after the other."""
    at_once = min(len(queued.rung), AT_ONCE) if queued and queued.hotline.rings_all else 0
    return at_once if at_once > 1 else 0


def in_words(queued: Queued) -> tuple[str, str]:
    """What comes of it, and why."""
    why = _("Everybody who can take the call is rung at once, for %(seconds)s seconds; the first who accepts has it.")
    result = _("rings all %(number)s at once") % {"number": several(queued)}
    return result, why % {"seconds": queued.hotline.ring_seconds}


def of_one(place: int) -> str:
    """Of the operator at a place in the order, from 1."""
    return _("is rung") if place <= AT_ONCE else _("is rung when another ring ends")


def summary(queued: Queued, *, planned: bool) -> str:
    number = {"number": several(queued)}
    if planned:
        return _("By the call plan, %(number)s operators are rung at once.") % number
    return _("The caller is greeted, and %(number)s operators are rung at once.") % number
