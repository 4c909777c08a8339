"""Calls that we make outwards: which numbers may be dialled, and whether there is enough left of the day's limits.

Whoever dials a telephone outside asks `may_dial` first, in the transaction that writes the call or the leg: what is
counted is locked until its commit, so that of two who ask at once at the limit only one goes beyond it. An operator's
own telephone is not asked about: a caller waits to be answered there.
"""

from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from calls import dialling, outward_use
from calls.models import OutwardRule
from calls.refusals import Refused
from lines.models import Hotline

_LOCK = 0x0D1A1  # nothing else locks this number


class Spent(Refused):
    """The limits of the day are used up; the text is a sentence for a person."""


def may_dial(
    hotline: Hotline, number: str, at: datetime, *, kept: bool = False, dialled: str = "", shown: str = ""
) -> str:
    """The number as it is dialled, if `hotline` may call it now. Raises Refused (Spent at the limit) with a sentence.

    `kept`: by the house, as the number of a contact, which may be a free or company-wide one. `dialled` is the number
    of ours that the call came by; it tells the country of a hotline that has none. `shown` stands for the number in the
    sentence. Call inside the transaction that writes what is dialled, after its other locks: the count stays locked
    until the commit.
    """
    rule = outward_use.rule_of(hotline)
    number = allowed(hotline, rule, number, kept=kept, dialled=dialled, shown=shown)
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    refuse_spent(hotline, rule, at)
    return number


def allowed(
    hotline: Hotline, rule: OutwardRule, number: str, *, kept: bool = False, dialled: str = "", shown: str = ""
) -> str:
    """The number as it is dialled, if the hotline calls such numbers. Raises Refused; `shown` stands for it there."""
    home = dialling.country_of(hotline, dialled or _first_number(hotline))
    try:
        return dialling.within(number, rule.countries or [home], home, kept=kept)
    except dialling.NotCallable as why:
        raise Refused(_in_words(str(why), shown or number, hotline)) from why


def _in_words(why: str, number: str, hotline: Hotline) -> str:
    names = {"number": number, "hotline": hotline}
    if why == "own":
        return _("%(number)s is one of our own numbers. Choose its hotline instead.") % names
    if why == "foreign":
        return _("%(number)s cannot be dialled: %(hotline)s does not call its country.") % names
    return _("%(number)s cannot be dialled: only valid numbers that cost no extra are.") % names


def _first_number(hotline: Hotline) -> str:
    """A number of the hotline that names a country; "" if it has none, or needs none because it names one itself."""
    if hotline.country:
        return ""
    own = hotline.numbers.filter(active=True, number__startswith="+").order_by("pk")
    return own.values_list("number", flat=True).first() or ""


def refuse_spent(hotline: Hotline, rule: OutwardRule, at: datetime) -> None:
    """Raises Spent when a limit of the day is used up, the hotline's or that of all together."""
    limited = [each for each in ((hotline, rule), (None, outward_use.rule_of(None))) if each[1].limits]
    for use in outward_use.uses(limited, at) if limited else []:
        for limit in use.limits:
            if limit.reached:
                raise Spent(_sentence(use, limit))


def _sentence(use: outward_use.Use, limit: outward_use.Limit) -> str:
    names = {"used": limit.words, "whose": use.hotline or _("all hotlines together")}
    words = _("Today’s limit for outgoing calls is reached (%(whose)s: %(used)s). Nothing is dialled until tomorrow.")
    return words % names
