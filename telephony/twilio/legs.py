"""What is done to any leg at the carrier, an operator's or a caller's."""

from twilio.base.exceptions import TwilioRestException

from telephony.twilio.client import client

GONE = {404}
NOT_LIVE = 21220
STATUSES = ["initiated", "ringing", "answered", "completed"]


def end(leg_ref: str) -> None:
    """End a leg, ringing or talking. One that is over already is no error."""
    try:
        client().calls(leg_ref).update(status="completed")
    except TwilioRestException as error:
        if error.status not in GONE and error.code not in (20404, NOT_LIVE):
            raise
