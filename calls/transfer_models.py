"""Rows of calls that are passed on; `calls.models` names them with the others."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Leg(models.Model):
    """An outside telephone that is rung for a call and, once answered, talks in it: the target of a transfer, or where
    a rule of a call plan sends the caller on to."""

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")
        OVER = "over", _("over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="outside_legs")
    number = models.CharField(max_length=32)
    rule = models.CharField(max_length=8, blank=True, default="", db_default="")  # of the plan; "" of a transfer
    to = models.CharField(max_length=160, blank=True, default="", db_default="")  # for screens, where a plan rings it
    state = models.CharField(max_length=8, choices=State, default=State.RINGING)
    made_at = models.DateTimeField()
    ring_until = models.DateTimeField()
    leg_ref = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unknown legs are not equal
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["ring_until"], condition=Q(state="ringing"), name="leg_ringing"),
            models.Index(fields=["made_at"], name="leg_made"),
        ]


class Transfer(models.Model):
    """A call that its operator passes on: cold, and the operator is free at once, or warm, after a word with whoever
    takes it. The target is a colleague (`offer`), an outside telephone (`leg`) or the line of a hotline (neither)."""

    class Kind(models.TextChoices):
        COLD = "cold", _("at once")
        WARM = "warm", _("after a word")

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")  # operator and target; the caller too, when off hold
        DONE = "done", _("taken")
        FAILED = "failed", _("not taken")
        CANCELLED = "cancelled", _("taken back")

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="transfers")
    by = models.ForeignKey("operators.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind)
    state = models.CharField(max_length=9, choices=State)
    to = models.CharField(max_length=160)  # for screens: a name, or a masked number
    offer = models.OneToOneField("calls.Offer", on_delete=models.CASCADE, null=True, related_name="transfer")
    leg = models.OneToOneField(Leg, on_delete=models.CASCADE, null=True, related_name="transfer")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-made_at"], name="transfer_by")]
        constraints = [
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state__in=["ringing", "talking"]),
                name="a_call_is_passed_on_once_at_a_time",
            )
        ]
