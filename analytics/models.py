"""Counted figures: one row for a hotline and quarter of an hour, made of sums and counts, never of averages.

And the links by which a screen on the wall shows them without signing in.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class IntervalCount(models.Model):
    """What happened to the calls of one hotline that joined the queue in one 15-minute interval (docs/figures.md)."""

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    received = models.PositiveIntegerField(default=0)  # by arrived_at
    lost_before_queue = models.PositiveIntegerField(default=0)  # by arrived_at
    turned_away = models.PositiveIntegerField(default=0)  # by arrived_at
    offered = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    answered_in_time = models.PositiveIntegerField(default=0)
    abandoned = models.PositiveIntegerField(default=0)
    short_abandoned = models.PositiveIntegerField(default=0)
    voicemail = models.PositiveIntegerField(default=0)
    wait_seconds = models.FloatField(default=0)  # of answered calls
    talk_seconds = models.FloatField(default=0)
    wrap_seconds = models.FloatField(default=0)
    longest_wait_seconds = models.FloatField(default=0)  # of all offered calls

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotline", "starts_at"], name="one_count_an_interval")]
        indexes = [models.Index(fields=["starts_at"], name="interval_start")]


class JobRun(models.Model):
    """One run of a periodic job: what it did, or why it failed. The key of a period makes two beats one effect."""

    job = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "period"], name="a_job_runs_once_a_period")]


class BoardLink(models.Model):
    """An address that shows the wallboard to whoever holds it. Only the hash of its secret is kept."""

    name = models.CharField(_("name"), max_length=80)
    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    hotlines = models.ManyToManyField("lines.Hotline", related_name="+", verbose_name=_("hotlines"))
    shows_names = models.BooleanField(_("shows the names of operators"), default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("ends at"), null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.name
