"""Agencies: groups of operators who answer for us, with hours of their own and a rule for each hotline."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Agency(models.Model):
    """A group of operators of another house. Its people are rung for a hotline only as its rule there says."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    active = models.BooleanField(_("answers for us"), default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def opening_lines(self) -> "list[AgencyHours]":
        """Its hours, as `lines.hours` reads them; an agency without hours answers at all of them."""
        always = AgencyHours()
        always.kind = "always"
        return list(self.hours.all()) or [always]


class AgencyHours(models.Model):
    """The hours of a weekday, in the agency's zone; closing at or before the opening time is on the next day."""

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday, Monday is 0"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    # As in an opening rule of a hotline:
    kind, note, first_day, last_day, starts_at, ends_at = "weekly", "", None, None, None, None

    class Meta:
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "weekday"], name="an_agency_has_hours_once_a_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="agency_weekday_is_0_to_6"),
        ]


class AgencyRule(models.Model):
    """When an agency's people are rung for a hotline; without a rule they never are.

    `rings_from` and `rings_until` are the stretch of time in which the rule holds, now or next, as
    `calls.agencies.keep_up` works it out of both sides' hours, so that the statement that picks whom to ring compares
    two moments and no more.
    """

    class When(models.TextChoices):
        ALWAYS = "always", _("like our own people")
        AFTER = "after", _("after the caller has waited")
        OUTSIDE = "outside", _("only outside our own opening hours")

    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="rules")
    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="agency_rules")
    when = models.CharField(_("is rung"), max_length=8, choices=When)
    after_seconds = models.PositiveSmallIntegerField(
        _("after seconds"), default=0, validators=[MaxValueValidator(3600)]
    )
    rings_from = models.DateTimeField(null=True, editable=False)
    rings_until = models.DateTimeField(null=True, editable=False)
    hotline_version = models.PositiveIntegerField(default=0, editable=False)  # the hours it was worked out of

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agency", "hotline"], name="an_agency_has_one_rule_a_hotline")]

    def in_words(self) -> str:
        """When it rings, for a list."""
        if self.when == self.When.AFTER:
            return _("after %(seconds)s seconds") % {"seconds": self.after_seconds}
        return str(self.When(self.when).label)
