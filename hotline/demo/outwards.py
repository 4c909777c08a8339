"""What the demo's hotlines may spend on calls outwards."""

from collections.abc import Iterable
from decimal import Decimal

from calls.models import OutwardRule
from lines.models import Hotline

MINUTE = Decimal("0.0140")  # what the simulated carrier asks, in US dollars


def set_limits(hotlines: Iterable[Hotline], zone: str) -> None:
    """Ten hours and 25 dollars a day each, 50 dollars for all together; the first hotline lets numbers be typed."""
    for place, hotline in enumerate(hotlines):
        OutwardRule.objects.create(hotline=hotline, typed=place == 0, daily_spend=2500, minute_price=MINUTE)
    OutwardRule.objects.create(hotline=None, daily_minutes=0, daily_spend=5000, time_zone=zone)
