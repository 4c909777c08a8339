"""Shifts and the breaks in them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
                expressions=[
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                    ("operator", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at.astimezone(self.zone):%Y-%m-%d %H:%M} – {self.ends_at.astimezone(self.zone):%H:%M}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def length(self) -> timedelta:
        """Hours as they pass, which on the nights the clocks change are not those of the wall clock."""
        return self.ends_at - self.starts_at


class Break(models.Model):
    """A lunch or short break inside a shift: as planned, and as taken.

    `begun_at` and `finished_at` are when the operator was away for it; finished without having begun, it was not
    taken. A break that begins late, after the call in hand, keeps its length.
    """

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
        indexes = [
            models.Index(
                fields=["starts_at"], condition=Q(begun_at__isnull=True, finished_at__isnull=True), name="break_to_come"
            ),
            models.Index(
                fields=["begun_at"], condition=Q(begun_at__isnull=False, finished_at__isnull=True), name="break_in_hand"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="break_ends_after_it_starts"),
            ExclusionConstraint(
                name="breaks_of_a_shift_do_not_overlap",
                expressions=[
                    (TsTzRange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                    ("shift", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        zone = self.shift.zone
        return f"{self.starts_at.astimezone(zone):%H:%M} – {self.ends_at.astimezone(zone):%H:%M}"

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def ends_due_at(self) -> datetime:
        """When it should end: its full length after it began, else as planned."""
        return self.begun_at + self.length if self.begun_at else self.ends_at

    @property
    def late_by(self) -> timedelta:
        """How much later than planned it began; none for one that began early or has not begun."""
        return max(self.begun_at - self.starts_at, timedelta()) if self.begun_at else timedelta()

    @property
    def overrun(self) -> timedelta:
        """How much longer than due it was taken; none for one that is not over."""
        if self.begun_at is None or self.finished_at is None:
            return timedelta()
        return max(self.finished_at - self.ends_due_at, timedelta())
