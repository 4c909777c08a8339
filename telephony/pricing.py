"""Reading back from the carrier what it asks for the legs of ended calls: bounded, and safe to do twice at once."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from calls import leg_prices
from telephony.twilio.client import client
from telephony.twilio.failures import FAILURES, Refusal
from telephony.twilio.legs import GONE

log = logging.getLogger(__name__)
CALLS, LEGS = 300, 200  # at most, in one turn
SECONDS = 40.0


@dataclass
class Read:
    """What one turn found."""

    asked: int = 0
    priced: int = 0


def read_back(at: datetime, *, seconds: float = SECONDS) -> Read:
    """Ask about the legs that are due. A carrier that slows us down, errs or is silent is left alone until the next
    turn; whatever was not asked about stays due."""
    leg_prices.find_new(at, limit=CALLS)
    rows, found, until = leg_prices.claim(at, limit=LEGS), Read(), time.monotonic() + seconds
    for place, row in enumerate(rows):
        if time.monotonic() > until:
            leg_prices.put_back(rows[place:], until=timezone.now())
            break
        try:
            found.priced += _ask(row)
            found.asked += 1
        except FAILURES as error:
            log.warning("the carrier did not say what a leg costs: %s", error.__class__.__name__)
            leg_prices.put_back(rows[place:], until=timezone.now())
            break
    return found


def _ask(row: Any) -> bool:
    try:
        said = client().calls(row.leg_ref).fetch()
    except Refusal as error:
        if error.status not in GONE:
            raise
        leg_prices.unknown(row)
        return False
    seconds = int(said.duration) if str(said.duration or "").isdigit() else None
    currency = str(said.price_unit or "").upper()[:3]
    price = cost_of(said.price) if currency else None
    return leg_prices.told(row, at=timezone.now(), seconds=seconds, price=price, currency=currency)


def cost_of(price: Any) -> Decimal | None:
    """The carrier's "-0.00850" as what we pay, 0.00850; None where it says nothing that is a number."""
    try:
        cost = -Decimal(str(price))
    except InvalidOperation:
        return None
    return cost + 0 if cost.is_finite() else None  # and no minus before a zero
