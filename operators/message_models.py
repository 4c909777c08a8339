"""What a supervisor tells an operator in a line; `operators.models` names it with the other models."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST = 200


class Message(models.Model):
    """A line from a supervisor, shown on the operator's desk until it is read. Gone after a month."""

    operator = models.ForeignKey("operators.Operator", on_delete=models.CASCADE, related_name="messages")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.CharField(_("message"), max_length=LONGEST)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["sent_at", "id"]
        indexes = [
            models.Index(fields=["operator"], condition=models.Q(read_at=None), name="message_not_read"),
        ]
