"""An operator's own day: the last calls, and how many there were. Nobody is ranked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from calls.byhand import BY_HAND
from calls.models import Call
from operators.models import Operator

LAST_CALLS = 5

# Plain SQL: every desk asks for it, and most often nothing has changed.
_DAY = """
SELECT count(*) FILTER (WHERE answered_at >= %(midnight)s),
       EXTRACT(epoch FROM avg(COALESCE(operator_left_at, ended_at) - answered_at)
                 FILTER (WHERE answered_at >= %(midnight)s AND carrier_ref NOT LIKE %(by_hand)s))::float,
       count(*) > 0
  FROM calls_call WHERE operator_id = %(operator)s AND NOT training AND answered_at >= %(since)s
"""


@dataclass(frozen=True)
class Day:
    """`average` is the mean time on the line in seconds; None without a call."""

    calls: int
    average: float | None
    last: list[Call]


def day_of(operator: Operator, at: datetime, zone: str | None) -> Day:
    """The calls an operator took since midnight in `zone`, and their last ones of the past 24 hours."""
    local = timezone.localtime(at, ZoneInfo(zone) if zone else None)
    midnight, yesterday = local.replace(hour=0, minute=0, second=0, microsecond=0), at - timedelta(hours=24)
    with connection.cursor() as cursor:
        cursor.execute(
            _DAY,
            {
                "midnight": midnight,
                "by_hand": f"{BY_HAND}%",
                "operator": operator.pk,
                "since": min(midnight, yesterday),
            },
        )
        calls, average, any_lately = cursor.fetchone()
    over = Call.objects.filter(operator=operator, training=False, answered_at__gte=yesterday).exclude(ended_at=None)
    last = list(over.select_related("hotline", "caller", "note__topic")[:LAST_CALLS]) if any_lately else []
    return Day(calls, average, last)


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
