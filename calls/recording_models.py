"""What is kept of a recorded conversation: the caller's consent, the recordings, and what the caller thought of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lines.models import Hotline


class Consent(models.Model):
    """What a caller was told about recording, and answered. Calls to hotlines that do not record have no row."""

    class Answer(models.TextChoices):
        SILENT = "silent", _("no answer")
        AGREED = "agreed", _("agreed")
        REFUSED = "refused", _("refused")

    call = models.OneToOneField("calls.Call", on_delete=models.CASCADE, related_name="consent")
    hotline = models.ForeignKey(Hotline, on_delete=models.PROTECT, related_name="+", db_index=False)  # whose purpose
    mode = models.CharField(max_length=8, choices=Hotline.Recording)
    answer = models.CharField(max_length=7, choices=Answer)
    answered_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)  # since when the operator wants it paused
    stopped_at = models.DateTimeField(null=True)  # stopped for good, by the operator

    @property
    def allows(self) -> bool:
        """Whether the conversation may be recorded: silence is consent only where the caller heard how to refuse."""
        if self.answer == self.Answer.SILENT:
            return self.mode == Hotline.Recording.ANNOUNCE
        return self.answer == self.Answer.AGREED


class Recording(models.Model):
    """One stretch of a conversation that the carrier recorded. The row outlives the sound: what became of it."""

    class State(models.TextChoices):
        RECORDING = "recording", _("recording")
        PAUSED = "paused", _("not recording")
        STOPPED = "stopped", _("stopped")
        KEPT = "kept", _("recorded")
        ABSENT = "absent", _("nothing was recorded")

    RUNNING = (State.RECORDING, State.PAUSED)

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="recordings")
    recording_ref = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - null once it is erased
    conference_ref = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.RECORDING)  # as the carrier said last
    started_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True)
    keep_until = models.DateTimeField()  # as the hotline promised when it was made
    removed_at = models.DateTimeField(null=True)  # since when nobody can hear it
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    removed_why = models.CharField(max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True)  # the carrier has the sound no more

    class Meta:
        ordering = ["started_at", "id"]
        indexes = [models.Index(fields=["keep_until"], condition=Q(erased_at=None), name="recording_to_erase")]

    @property
    def audible(self) -> bool:
        return self.state == self.State.KEPT and self.removed_at is None and self.erased_at is None


class Survey(models.Model):
    """One question after the conversation, and the key the caller pressed; without a score there was no answer."""

    call = models.OneToOneField("calls.Call", on_delete=models.CASCADE, related_name="survey")
    score = models.PositiveSmallIntegerField(null=True)  # 1 to 5
    asked_at = models.DateTimeField()
