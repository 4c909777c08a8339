"""What calls of the demo cost, and the one caller who is blocked in it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from calls.blocking import block
from hotline.demo.content import Service
from lines.models import Number
from lines.tariffs import Tariff
from operators.models import User

SILENT = "+4748830001"  # of a range that is given to nobody


def set_tariffs(services: Iterable[Service], begins: datetime) -> None:
    """Give numbers their tariffs, from before the first call on."""
    for line in (line for service in services for line in service.numbers if line.terms):
        Tariff.objects.create(
            number=Number.objects.get(number=line.number), valid_from=begins - timedelta(days=1), **line.terms
        )


def block_somebody(at: datetime) -> None:
    """One caller is blocked by the supervisor for some weeks."""
    supervisor = User.objects.get(role=User.Role.SUPERVISOR)
    reason = "Ringer hvert femte minutt og sier ingenting."
    block(SILENT, until=at + timedelta(days=20), reason=reason, by=supervisor, at=at)
