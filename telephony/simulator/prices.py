"""What a call costs its account, as the carrier works it out some time after the end."""

from datetime import timedelta
from decimal import Decimal

from telephony.simulator.exchange import Exchange
from telephony.simulator.leg import Leg

# US dollars a started minute.
INBOUND, OUTBOUND, CLIENT = Decimal("0.0085"), Decimal("0.0140"), Decimal("0.0040")


def rate(leg: Leg) -> Decimal:
    if leg.to.startswith(("client:", "sip:")) or leg.frm.startswith(("client:", "sip:")):
        return CLIENT
    return INBOUND if leg.direction == "inbound" else OUTBOUND


def price_of(exchange: Exchange, leg: Leg) -> str | None:
    """As "-0.00850"; None until it is known, and for a call that was never answered."""
    if leg.ended_at is None or leg.answered_at is None:
        return None
    known_at = leg.ended_at + timedelta(seconds=exchange.clock.real(exchange.settings.price_delay))
    if exchange.clock.now() < known_at:
        return None
    minutes = -(-max(1, leg.duration) // 60)
    return f"{-minutes * rate(leg):.5f}"
