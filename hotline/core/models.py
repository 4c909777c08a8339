"""The audit trail: who looked at, changed or exported what."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One act worth remembering. Rows are added by `hotline.core.audit.record` and never edited."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)  # "call 6f1c…", "hotline 3": a kind and an id, never personal data
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="audit_newest"),
            models.Index(fields=["subject"], name="audit_of_subject"),
        ]


class Heartbeat(models.Model):
    """When a part of the system was last known to be alive: switchboard, worker, beat."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)


class CheckResult(models.Model):
    """What the doctor found the last time at one of its checks."""

    name = models.CharField(max_length=40, primary_key=True)
    verdict = models.CharField(max_length=4)  # pass, warn, fail: hotline.core.checkup.Verdict
    seen = models.TextField()
    remedy = models.TextField(blank=True)
    seconds = models.FloatField()
    at = models.DateTimeField()
