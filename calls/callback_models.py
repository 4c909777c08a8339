"""The promise to call somebody back; `calls.models` names it with the other models."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Callback(models.Model):
    """A promise to call somebody back who waited and hung up: the place kept in the line, and what came of it.

    Each try is an outgoing `Call` of its own; this row is what joins them. Written by `calls.callbacks` alone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RINGING = "ringing", _("being called")
        CONNECTED = "connected", _("in conversation")
        DONE = "done", _("done")
        FAILED = "failed", _("not reached")
        CANCELLED = "cancelled", _("cancelled")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="callbacks", db_index=False)
    call = models.ForeignKey(
        "calls.Call", on_delete=models.CASCADE, related_name="callbacks_asked"
    )  # in which it was asked
    number = models.CharField(max_length=20)
    language = models.CharField(max_length=8, default="en")
    skills = ArrayField(models.CharField(max_length=40), default=list)
    priority = models.SmallIntegerField(default=0)
    queued_at = models.DateTimeField()  # the place that is kept: when the caller joined the line
    asked_at = models.DateTimeField()
    promised_by = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempt = models.ForeignKey("calls.Call", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    again = models.ForeignKey("calls.Call", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    next_try_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)  # when the number was dialled first
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)  # a code of calls.callbacks.OUTCOMES
    operator = models.ForeignKey("operators.Operator", on_delete=models.SET_NULL, null=True, related_name="+")
    handled_at = models.DateTimeField(null=True)  # a failed one that somebody saw to
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["hotline", "number"],
                condition=Q(state__in=["waiting", "ringing", "connected"]),
                name="a_number_is_promised_once",
            )
        ]
        indexes = [
            models.Index(fields=["hotline", "-asked_at"], name="callback_of_hotline"),
            models.Index(fields=["number", "-asked_at"], name="callback_of_number"),
            models.Index(
                F("priority").desc(),
                "queued_at",
                "id",
                condition=Q(state__in=["waiting", "ringing", "connected"]),
                name="callback_open",
            ),
            models.Index(
                fields=["hotline", "-done_at"],
                condition=Q(state="failed", handled_at__isnull=True),
                name="callback_to_follow_up",
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RINGING, self.State.CONNECTED)

    def kept(self, at: datetime) -> bool | None:
        """Whether the number was dialled by the promised time; None while that can still happen, or if withdrawn."""
        if self.tried_at is not None:
            return self.tried_at <= self.promised_by
        if self.state == self.State.CANCELLED:
            return None
        return None if self.is_open and at <= self.promised_by else False
