"""Rows of calls that we make outwards: who asked for one, what may be spent, what the carrier asks for each leg.

`calls.models` names them with the others.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Outgoing(models.Model):
    """That an operator called out, and to whom; the call itself is a `Call` of the register like any other."""

    call = models.OneToOneField("calls.Call", on_delete=models.CASCADE, primary_key=True, related_name="outgoing")
    operator = models.ForeignKey("operators.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    whom = models.CharField(max_length=120, blank=True)  # a contact's name
    origin = models.ForeignKey("calls.Call", on_delete=models.SET_NULL, null=True, related_name="called_back")


class OutwardRule(models.Model):
    """Where a hotline may call, and what it may spend on it in a day. The row without a hotline is for all together.

    Zero is no limit. A hotline without a row has the defaults; all together have no limit until one is set.
    """

    hotline = models.ForeignKey(
        "lines.Hotline", on_delete=models.CASCADE, null=True, related_name="outward_rules", db_index=False
    )
    countries = ArrayField(models.CharField(max_length=2), verbose_name=_("countries"), default=list, blank=True)
    typed = models.BooleanField(_("operators may type a number"), default=False)
    time_zone = models.CharField(_("time zone of the day"), max_length=64, blank=True)  # of all together
    daily_minutes = models.PositiveIntegerField(_("minutes a day"), default=600)
    daily_spend = models.PositiveBigIntegerField(default=0)  # in the smallest units of `currency`
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    minute_price = models.DecimalField(
        _("what a minute costs us"), max_digits=10, decimal_places=4, null=True, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hotline"], nulls_distinct=False, name="one_outward_rule_a_hotline")
        ]

    @property
    def limits(self) -> bool:
        """Whether there is a limit at all."""
        return bool(self.daily_minutes or self.daily_spend)


class OutwardAlarm(models.Model):
    """That a day's limit was used to 50, 80 or 100 percent: told once."""

    class Measure(models.TextChoices):
        MINUTES = "minutes", _("minutes")
        SPEND = "spend", _("money")

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    day = models.DateField()  # in the hotline's zone
    measure = models.CharField(max_length=7, choices=Measure)
    percent = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=200)  # how much of what, as it was then
    raised_at = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "hotline", "measure", "percent"],
                nulls_distinct=False,
                name="an_alarm_is_raised_once_a_day",
            )
        ]


class LegPrice(models.Model):
    """What the carrier asks for one leg of a call that is over: read back from it some time later, exactly."""

    class What(models.TextChoices):
        CALLER = "caller", _("the caller’s line")
        OUTWARD = "outward", _("the call outwards")
        OPERATOR = "operator", _("the operator’s browser")
        TELEPHONE = "telephone", _("the operator’s telephone")
        OUTSIDE = "outside", _("an outside telephone")
        SUPERVISOR = "supervisor", _("a supervisor")

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="prices")
    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    leg_ref = models.CharField(max_length=64, unique=True)
    what = models.CharField(max_length=10, choices=What)
    made_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True)  # as the carrier counts them
    # In the main unit, positive where we pay: the carrier gives "-0.00850", and no digit of it is lost.
    price = models.DecimalField(max_digits=14, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, blank=True)
    due_at = models.DateTimeField(null=True)  # when the carrier is asked next; null: known, or given up
    asked = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="price_due"),
            models.Index(fields=["made_at"], condition=Q(what="telephone"), name="price_of_telephone"),
        ]
