"""Celery's part of the register: what is told by mail."""

from celery import shared_task
from django.utils import timezone

from calls import outward_alarms


@shared_task(name="calls.mail_outward_alarms")
def mail_outward_alarms() -> int:
    """Mail the alarms of calls outwards; how many. Those that could not be mailed are tried again the next minute."""
    at = timezone.now()
    outward_alarms.raise_due(at)
    return outward_alarms.mail_due(at)
