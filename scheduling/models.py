"""Shifts and the breaks in them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Shift(models.Model):
    """When an operator works, in UTC; `time_zone` is the zone in which it was planned."""

    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(max_length=64, default="UTC")

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["ends_at", "starts_at"], name="shift_now")]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="shift_ends_after_it_starts"),
            ExclusionConstraint(
                name="an_operators_shifts_do_not_overlap",
                expressions=[(TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS), ("operator", RangeOperators.EQUAL)],
            ),
        ]


class Break(models.Model):
    """A lunch or short break inside a shift: as planned, and as taken."""

    class Kind(models.TextChoices):
        LUNCH = "lunch", _("lunch")
        SHORT = "short", _("short break")

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="breaks")
    kind = models.CharField(max_length=5, choices=Kind)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    begun_at = models.DateTimeField(null=True, editable=False)
    reminded_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["starts_at"], condition=Q(begun_at__isnull=True), name="break_due")]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="break_ends_after_it_starts"),
            ExclusionConstraint(
                name="breaks_of_a_shift_do_not_overlap",
                expressions=[(TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS), ("shift", RangeOperators.EQUAL)],
            ),
        ]
