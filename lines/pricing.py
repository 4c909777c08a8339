"""Setting what a number costs: a new tariff takes over at its moment, and what was never changes."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lines.currencies import CODES
from lines.models import Number
from lines.services import Refused, changing
from lines.tariffs import Tariff


def set_tariff(number: Number, *, by: Any, at: datetime, valid_from: datetime | None = None, **terms: Any) -> Tariff:
    """Give a number a tariff from `valid_from` on, or from now. `terms` are the fields of `Tariff`.

    Raises Refused for the past: calls that came cost for ever what they cost then.
    """
    begins = valid_from or at
    if begins < at:
        raise Refused(_("A tariff cannot begin in the past: those calls were paid for already."))
    made = Tariff(number=number, valid_from=begins, created_by=by if by and by.pk else None, **terms)
    _check(made)
    with changing(number.hotline, by=by, verb="tariff.set", number=number.pk, valid_from=begins.isoformat()):
        made.save()
    return made


def _check(made: Tariff) -> None:
    for code in (made.currency, made.own_currency):
        if code not in CODES:
            raise Refused(_("“%(code)s” is not the code of a currency, such as NOK or EUR.") % {"code": code})
    if made.kind in (Tariff.Kind.PER_MINUTE, Tariff.Kind.PER_CALL) and not made.price:
        raise Refused(_("Say the price."))
    try:
        made.clean_fields(exclude=["created_by"])
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def withdraw_tariff(tariff: Tariff, *, by: Any, at: datetime) -> None:
    """Take back a tariff that has not begun. Raises Refused for one that has: calls may have been paid by it."""
    with transaction.atomic(), changing(tariff.number.hotline, by=by, verb="tariff.withdrawn", number=tariff.number_id):
        gone, _rows = Tariff.objects.filter(pk=tariff.pk, valid_from__gt=at).delete()
        if not gone:
            raise Refused(_("This tariff has begun, so it stays. Set another one from now on."))
