"""What telephony remembers: how far people are with the guided first call, where numbers point, silent carriers."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from telephony.canary_models import CanaryCall  # noqa: F401 - models of this app are found here
from telephony.check_models import TelephoneCheck  # noqa: F401 - models of this app are found here


class Guide(models.Model):
    """The guided first call of one person. How far it is follows from the calls; see telephony/guide.py."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="guide")
    started_at = models.DateTimeField(default=timezone.now)
    looked_up_at = models.DateTimeField(null=True)  # when the call was opened in the register
    closed_at = models.DateTimeField(null=True)


class Pointing(models.Model):
    """Whether a number leads to us at the carrier, as it was found the last time."""

    class State(models.TextChoices):
        HERE = "here", _("points at us")
        ELSEWHERE = "elsewhere", _("points elsewhere")
        UNKNOWN = "unknown", _("not in the account")
        FORWARDED = "forwarded", _("forwarded to us")

    number = models.OneToOneField("lines.Number", on_delete=models.CASCADE, related_name="pointing")
    state = models.CharField(max_length=9, choices=State)
    differs = models.JSONField(default=dict)  # name of the carrier's field: what stands there
    checked_at = models.DateTimeField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    wrong_since = models.DateTimeField(null=True)
    alarmed_at = models.DateTimeField(null=True)

    @property
    def wrong(self) -> bool:
        return self.state in (self.State.ELSEWHERE, self.State.UNKNOWN)


class Outage(models.Model):
    """A time in which the carrier did not answer. `seen_at` is when a switchboard last found it so."""

    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ended_at"], condition=Q(ended_at=None), nulls_distinct=False, name="one_outage_at_a_time"
            )
        ]
