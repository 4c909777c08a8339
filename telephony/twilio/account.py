"""A cheap question to the carrier: does it answer, and does it know us?"""

import logging

import requests
from twilio.base.exceptions import TwilioException

from telephony.twilio.client import client

log = logging.getLogger(__name__)


def ask() -> None:
    """Read one line of the account's numbers. Raises what the client raises."""
    client().incoming_phone_numbers.list(limit=1, page_size=1)


def probe() -> bool:
    """Whether the carrier answers again; never raises for its sake."""
    try:
        ask()
    except (requests.RequestException, TwilioException, OSError) as error:
        log.warning("the carrier does not answer yet: %s", error.__class__.__name__)
        return False
    return True
