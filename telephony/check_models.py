"""What an operator's telephone doctor found the last time."""

from django.db import models


class TelephoneCheck(models.Model):
    """The last look of one operator. `found` holds, for each check, {"verdict": …, "why": a code}; the words are in
    telephony/telephone_checks.py. `call` is the test call that belongs to it, if one was made."""

    operator = models.OneToOneField("operators.Operator", on_delete=models.CASCADE, related_name="telephone_check")
    at = models.DateTimeField()
    found = models.JSONField(default=dict)
    call = models.ForeignKey("calls.Call", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
