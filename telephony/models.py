"""What the telephones remember of people: how far each is with the guided first call."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Guide(models.Model):
    """The guided first call of one person. How far it is follows from the calls; see telephony/guide.py."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guide")
    started_at = models.DateTimeField(default=timezone.now)
    looked_up_at = models.DateTimeField(null=True)  # when the call was opened in the register
    closed_at = models.DateTimeField(null=True)
