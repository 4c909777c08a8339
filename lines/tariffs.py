"""What a call costs its caller, and what it costs us: prices of a number, each in force from a moment on.

Amounts are decimals of the currency's main unit (kroner, not øre); what a call costs is a whole number of the
currency's smallest units. A tariff is never changed: the next one takes over at its moment, so that a call costs
for ever what it cost when it came.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lines.currencies import DEFAULT, smallest

MINUTE = 60
_PARTS = 10_000  # prices have four digits after the point


class Tariff(models.Model):
    """The price of calls to a number from `valid_from` on, until the next one."""

    class Kind(models.TextChoices):
        FREE = "free", _("free")
        ORDINARY = "ordinary", _("as any call, by the caller's own carrier")
        PER_MINUTE = "per_minute", _("a price a minute")
        PER_CALL = "per_call", _("a price a call")

    class Rounding(models.TextChoices):
        SECOND = "second", _("by the second")
        MINUTE = "minute", _("by the started minute")
        FIRST_MINUTE = "first", _("the first minute whole, then by the second")

    number = models.ForeignKey("lines.Number", on_delete=models.PROTECT, related_name="tariffs")
    valid_from = models.DateTimeField(_("valid from"))
    kind = models.CharField(_("what the caller pays"), max_length=10, choices=Kind, default=Kind.ORDINARY)
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=4, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    currency = models.CharField(_("currency"), max_length=3, default=DEFAULT)
    cap = models.DecimalField(
        _("at most, for one call"), max_digits=10, decimal_places=4, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    rounding = models.CharField(_("time is counted"), max_length=6, choices=Rounding, default=Rounding.MINUTE)
    queue_counts = models.BooleanField(_("waiting costs too"), default=False)
    own_price = models.DecimalField(
        _("what the carrier charges us a minute"), max_digits=10, decimal_places=4, null=True, blank=True,
        validators=[MinValueValidator(0)],
    )  # fmt: skip
    own_currency = models.CharField(_("currency of that"), max_length=3, default=DEFAULT)
    created_by = models.ForeignKey("operators.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["number", "valid_from"], name="one_tariff_at_a_moment"),
            models.CheckConstraint(
                condition=Q(price__gte=0) & (Q(cap__isnull=True) | Q(cap__gte=0)), name="a_price_is_not_negative"
            ),
        ]

    @property
    def priced(self) -> bool:
        """Whether callers pay us, so that they must be told before it counts."""
        return self.kind in (self.Kind.PER_MINUTE, self.Kind.PER_CALL) and self.price > 0


def in_force(tariffs: Iterable[Tariff], at: datetime) -> Tariff | None:
    """The one of a number's tariffs that holds at a moment; None before the first."""
    begun = [tariff for tariff in tariffs if tariff.valid_from <= at]
    return max(begun, key=lambda tariff: tariff.valid_from) if begun else None


def whole_seconds(length: timedelta) -> int:
    """Started seconds of a length of time, none for a negative one. No floating point comes near a price."""
    return max(0, -(-length // timedelta(seconds=1)))


def charged_seconds(tariff: Tariff, length: timedelta) -> int:
    """The seconds that are paid for, by the tariff's rounding; none of nothing."""
    seconds = whole_seconds(length)
    if not seconds:
        return 0
    if tariff.rounding == Tariff.Rounding.MINUTE:
        return -(-seconds // MINUTE) * MINUTE
    return max(seconds, MINUTE) if tariff.rounding == Tariff.Rounding.FIRST_MINUTE else seconds


def charge(tariff: Tariff, length: timedelta | None) -> int:
    """What a call costs its caller, in the smallest units of the currency, rounded once, half up.

    `length` is the time that counts, or None when none did: then nothing is paid, not even a price a call.
    """
    if length is None or not tariff.priced:
        return 0
    seconds = charged_seconds(tariff, length) if tariff.kind == Tariff.Kind.PER_MINUTE else MINUTE
    amount = _whole(tariff.price) * seconds  # in parts of a part of a minute: whole numbers until the one rounding
    if tariff.cap is not None:
        amount = min(amount, _whole(tariff.cap) * MINUTE)
    parts = _PARTS * MINUTE
    return (2 * amount * smallest(tariff.currency) + parts) // (2 * parts)


def _whole(amount: Decimal) -> int:
    return int(Decimal(amount) * _PARTS)


def own_cost(tariff: Tariff, seconds: int) -> Decimal | None:
    """What the carrier charges us for the caller's leg, by the started minute, exactly; None if no price is known."""
    if tariff.own_price is None:
        return None
    return tariff.own_price * -(-max(0, seconds) // MINUTE)


def facts_of(tariff: Tariff) -> dict[str, Any]:
    """The terms of a tariff as a form begins with them, amounts without their last zeros."""
    names = ("kind", "price", "currency", "cap", "rounding", "queue_counts", "own_price", "own_currency")
    terms = {name: getattr(tariff, name) for name in names}
    return {name: f"{each.normalize():f}" if isinstance(each, Decimal) else each for name, each in terms.items()}
