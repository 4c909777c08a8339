"""An operator's own day: the last calls, and how many there were. Nobody is ranked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.byhand import BY_HAND
from calls.models import Call
from operators.models import Operator

LAST_CALLS = 5


@dataclass(frozen=True)
class Day:
    """`average` is the mean time on the line in seconds; None without a call."""

    calls: int
    average: float | None
    last: list[Call]


def day_of(operator: Operator, at: datetime, zone: str | None) -> Day:
    """The calls an operator took since midnight in `zone`, and their last ones of the past 24 hours."""
    own = Call.objects.filter(operator=operator, training=False)
    local = timezone.localtime(at, ZoneInfo(zone) if zone else None)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    talk = Coalesce("operator_left_at", "ended_at") - F("answered_at")
    talked = ~Q(carrier_ref__startswith=BY_HAND)
    today = own.filter(answered_at__gte=midnight).order_by()
    counted = today.aggregate(calls=Count("pk"), average=Avg(talk, filter=talked))
    over = own.filter(answered_at__gte=at - timedelta(hours=24)).exclude(ended_at=None)
    last = list(over.select_related("hotline", "caller", "note__topic")[:LAST_CALLS])
    average = counted["average"]
    return Day(counted["calls"], average.total_seconds() if average else None, last)


def tip(operator: Operator, at: datetime) -> str:
    """Something worth knowing about the desk, another one each day."""
    tips = [
        _("Type :: in a note, and your text modules open. Type ??, and an answer can be put in as you said it."),
        _("With the focus on the topics, the keys 1 to 9 choose one. Ctrl+Enter saves the note."),
        _("F2 changes your state, in a call too: what you choose then begins after it."),
        _("Typing mistakes do not matter in the search: / brings you there from anywhere."),
        _("A note that was not saved waits under “My last calls”. A click opens it again."),
    ]
    return tips[(at.toordinal() + operator.pk) % len(tips)]
