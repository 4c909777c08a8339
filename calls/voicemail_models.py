"""Messages that callers left."""

from django.conf import settings
from django.db import models


class Voicemail(models.Model):
    """A message left by a caller."""

    call = models.OneToOneField("calls.Call", on_delete=models.CASCADE, related_name="voicemail")
    recording_ref = models.CharField(max_length=64, unique=True)
    url = models.URLField(max_length=400, blank=True)
    seconds = models.PositiveIntegerField(null=True)
    left_at = models.DateTimeField()
    # Written down by a machine, telephony/transcribing.py: `text_at` says when, `text` is "" where nothing was said.
    text = models.TextField(blank=True, default="", db_default="")
    text_at = models.DateTimeField(null=True)
    text_held_card = models.BooleanField(default=False, db_default=False)
    text_tries = models.PositiveSmallIntegerField(default=0, db_default=0)
    text_tried_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
