"""What is written of a call, and what calls are about; `calls.models` names them with the other models."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """What calls are about, in two levels, per hotline."""

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="topics")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return f"{self.parent.name} / {self.name}" if self.parent else self.name


class Note(models.Model):
    """What the operator wrote of a call. A draft until `saved_at`; the draft survives a crash of the browser."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REFERRED = "referred", _("referred")
        CALLBACK = "callback", _("call back")
        ORDER = "order", _("order")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        PRANK = "prank", _("prank")
        SILENT = "silent", _("silent")

    call = models.OneToOneField("calls.Call", on_delete=models.CASCADE, related_name="note")
    operator = models.ForeignKey("operators.Operator", on_delete=models.SET_NULL, null=True, related_name="notes")
    caller_name = models.CharField(_("caller"), max_length=120, blank=True)
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True, related_name="notes")
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    version = models.PositiveIntegerField(default=0)  # grows with each write: two writers cannot overwrite silently
    drafted_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            GinIndex(OpClass(Upper("summary"), name="gin_trgm_ops"), name="note_summary_words"),
            GinIndex(OpClass(Upper("caller_name"), name="gin_trgm_ops"), name="note_caller_words"),
            models.Index(fields=["saved_at"], condition=models.Q(outcome="callback"), name="note_says_call_back"),
        ]


class NoteVersion(models.Model):
    """A note as it was saved once: nothing that was saved is lost."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    saved_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    topic = models.CharField(max_length=170, blank=True)
    outcome = models.CharField(max_length=14, blank=True)
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["note", "version"], name="a_note_version_is_kept_once")]
