"""Supervisors in somebody's conversation, and operators who asked for one."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Attendance(models.Model):
    """One supervisor in one conversation, from the wish to the end. `left_at` closes it, with a reason."""

    class Way(models.TextChoices):
        LISTEN = "listen", _("listens")  # heard by nobody
        WHISPER = "whisper", _("whispers")  # heard by the operator alone
        JOIN = "join", _("has joined")  # heard by all
        TAKE_OVER = "take_over", _("takes over")  # heard by all; the operator goes as soon as they are in

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attendances")
    offer = models.ForeignKey(
        "calls.Offer", on_delete=models.CASCADE, related_name="attendances"
    )  # whose conversation: the operator who is whispered to, and from whom the call may be taken over
    way = models.CharField(max_length=10, choices=Way)
    told = models.CharField(max_length=10, blank=True)  # the way the carrier knows; "" before the telephone is answered
    device = models.CharField(max_length=8)
    address = models.CharField(max_length=64)  # where it rings: a number, or the name of a browser telephone
    leg_ref = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unknown legs are not equal
    conference_ref = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    joined_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    set_aside = models.BooleanField(default=False)  # was ready for calls of their own, and will be again

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(left_at__isnull=True), name="a_supervisor_attends_one_call"
            ),
            models.UniqueConstraint(
                fields=["call"], condition=Q(left_at__isnull=True, way="take_over"), name="a_call_has_one_taker"
            ),
            models.UniqueConstraint(
                fields=["leg_ref"], condition=Q(leg_ref__isnull=False), name="a_leg_belongs_to_one_attendance"
            ),
        ]


class CallForHelp(models.Model):
    """An operator in a conversation asked for a supervisor."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="calls_for_help")
    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="calls_for_help")
    asked_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, blank=True)  # came, withdrawn, over
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(ended_at__isnull=True), name="help_is_asked_for_once_at_a_time"
            )
        ]
