"""What the canary's calls came to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CanaryCall(models.Model):
    """One test call to a hotline: what it met, and what was wrong. `faults` holds {"what": …, and its facts}; the
    words are in telephony/canary_words.py."""

    class Reached(models.TextChoices):
        NOTHING = "", _("nothing")
        QUEUE = "queue", _("the queue")
        VOICEMAIL = "voicemail", _("voicemail")
        GOODBYE = "goodbye", _("words, and the end")
        BUSY = "busy", _("the busy tone")
        REJECTED = "rejected", _("turned away")

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="canary_calls", db_index=False)
    number = models.CharField(max_length=32, blank=True)
    call = models.ForeignKey("calls.Call", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    seconds = models.FloatField(null=True)  # to the first words
    foretold = models.CharField(max_length=10, choices=Reached, blank=True)
    reached = models.CharField(max_length=10, choices=Reached, blank=True)
    passed = models.BooleanField()
    faults = models.JSONField(default=list)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["hotline", "-at", "-id"], name="canary_of_hotline"),
            models.Index(fields=["hotline"], condition=Q(passed=False, seen_at=None), name="canary_alarm"),
        ]
