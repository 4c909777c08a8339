"""Alarms by mail to the people who keep the system."""

import logging

from django.core.mail import send_mail

from operators.models import User

log = logging.getLogger(__name__)


def mail_administrators(subject: str, text: str) -> int:
    """Mail every administrator who has an address; how many. A mail server that is away is logged, never raised."""
    people = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True).exclude(email="")
    addresses = sorted(people.values_list("email", flat=True))
    if not addresses:
        log.warning("an alarm reached nobody: no administrator has an address of mail")
        return 0
    try:
        for address in addresses:  # one each: nobody reads the others' addresses
            send_mail(subject, text, None, [address])
    except OSError as error:
        log.error("an alarm could not be mailed: %s", error.__class__.__name__)
        return 0
    return len(addresses)
