"""What is done to any leg at the carrier, an operator's or a caller's."""

import uuid
from datetime import datetime, timedelta

from twilio.base.exceptions import TwilioRestException

from calls.queries import known_legs
from telephony.twilio.client import client

GONE = {404}
NOT_LIVE = 21220
STATUSES = ["initiated", "ringing", "answered", "completed"]
LIVE = ("queued", "initiated", "ringing", "in-progress")
OVER = ("completed", "busy", "failed", "no-answer", "canceled")
_CLOCKS_DIFFER = timedelta(seconds=2)


def made_before(to: str, *, since: datetime, owner: uuid.UUID, from_: str = "", ended_too: bool = False) -> str | None:
    """The leg that an earlier try of `owner` may have created at the carrier: to the same address, since that moment,
    and belonging to nobody else, whoever rings there. Without `ended_too` only one that is not over.

    Raises what the carrier's client raises.
    """
    where = {"from_": from_} if from_ else {}
    found = client().calls.list(to=to, start_time_after=since - _CLOCKS_DIFFER, limit=20, **where)
    ours = [str(each.sid) for each in found if each.direction == "outbound-api" and (ended_too or each.status in LIVE)]
    known = known_legs(ours, but=owner)
    return next((leg_ref for leg_ref in ours if leg_ref not in known), None)


def end(leg_ref: str) -> None:
    """End a leg, ringing or talking. One that is over already is no error."""
    try:
        client().calls(leg_ref).update(status="completed")
    except TwilioRestException as error:
        if error.status not in GONE and error.code not in (20404, NOT_LIVE):
            raise
