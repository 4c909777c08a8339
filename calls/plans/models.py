"""A hotline's call plan: what a caller meets between the arrival and the queue, as data, in versions."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def nothing() -> dict[str, Any]:
    return {}


class CallPlan(models.Model):
    """One version of a hotline's plan. `content` is described in `calls.plans.script`; a published version is never
    changed, so that a process may keep what it parsed, and a call goes on by the version it came in with."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("in force")
        PAST = "past", _("past")

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="call_plans")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    content = models.JSONField(default=nothing)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    past_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["hotline", "version"], name="a_plan_version_is_one"),
            models.UniqueConstraint(fields=["hotline"], condition=Q(state="draft"), name="a_hotline_has_one_draft"),
            models.UniqueConstraint(fields=["hotline"], condition=Q(state="published"), name="a_hotline_has_one_plan"),
        ]

    def __str__(self) -> str:
        return f"{self.hotline_id} v{self.version}"


class PlanSound(models.Model):
    """Words as a sound: uploaded or recorded, kept as they came, served under a name that cannot be guessed.

    In the database, so that any number of web processes serve the same.
    """

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="plan_sounds")
    token = models.CharField(max_length=43, unique=True)
    kind = models.CharField(max_length=10)  # audio/wav, audio/mpeg
    data = models.BinaryField()
    seconds = models.FloatField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
