"""Outside telephones of a call plan in plain words: for the journal of a call, its life, and the plan's own page."""

from typing import Any

from django.utils.translation import gettext as _

from calls import outward_use
from calls.dialling import NotCallable, country_of, within
from calls.passing_words import why_not_taken
from calls.plans.script import End
from lines.models import Hotline

_TYPED = 8  # digits of a number that may be whole


def story(data: dict[str, Any]) -> str:
    """What an event of kind "outside" says."""
    words = {"to": data.get("to") or "–", "seconds": data.get("after", 0)}
    what, reason = data.get("what"), data.get("reason", "")
    if what == "rung":
        return _rung(data.get("rule", "")) % words
    if what == "answered":
        return _("%(to)s answered after %(seconds)s s.") % words
    if what == "left":
        return _("%(to)s hung up.") % words
    why = not_taken(reason, words["to"])
    if data.get("then") == "queue":
        return _("%(why)s: the caller is back in the queue, at the old place.") % {"why": why}
    return f"{why}."


def _rung(rule: str) -> str:
    return {
        "nobody": _("Nobody was signed on: the caller was sent on to %(to)s."),
        "late": _("Nobody came in time: the caller was sent on to %(to)s after %(seconds)s s."),
        "closed": _("It was closed: the caller was sent on to %(to)s."),
        "full": _("All lines were taken: the caller was sent on to %(to)s."),
    }.get(rule, _("The caller was sent on to %(to)s."))


def not_taken(reason: str, to: str) -> str:
    """Why a telephone did not take the caller."""
    texts = {
        "calls itself": _("%(to)s was not rung: the call came from there"),
        "rung before": _("%(to)s was not rung again"),
        "test": _("%(to)s was not rung: test calls ring nobody"),
        "limit": _("%(to)s was not rung: the day’s limit for outgoing calls is reached"),
        "not allowed": _("%(to)s was not rung: it is no number that may be called"),
    }
    return texts[reason] % {"to": to} if reason in texts else why_not_taken(reason, to)


# --- what may be rung ----------------------------------------------------------------------------


def callable_for(hotline: Hotline, number: str, dialled: str) -> str:
    """The number as it is dialled. Raises NotCallable unless it is an ordinary one where the hotline may call."""
    home = country_of(hotline, dialled)
    return within(number, outward_use.rule_of(hotline).countries or [home], home)


def checked(end: End, hotline: Hotline) -> tuple[str, str]:
    """(the number as it is dialled, what is wrong with it in a sentence): one of them is "". A query or two."""
    if not end.number.strip():
        return "", _("The number of the telephone is missing.")
    number = hotline.numbers.order_by("pk").first()
    try:
        return callable_for(hotline, end.number, number.number if number else ""), ""
    except NotCallable as why:
        return "", _wrong(str(why)) % {"number": end.number}


def doubt_of(end: End, hotline: Hotline) -> str:
    """What is wrong with a number that is being typed; nothing is said of the first digits."""
    digits = sum(each.isdigit() for each in end.number)
    return checked(end, hotline)[1] if digits >= _TYPED else ""


def _wrong(why: str) -> str:
    return {
        "own": _("%(number)s is one of our own numbers: callers would go round. Choose its hotline instead."),
        "foreign": _("%(number)s does not belong to the country of this hotline; only such numbers are called."),
    }.get(
        why,
        _("%(number)s is no ordinary telephone: land lines and mobiles are called, numbers that cost extra are not."),
    )
