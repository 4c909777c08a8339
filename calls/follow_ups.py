"""Callers whom an operator promised to call back in the note, and nobody called yet."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from calls import promises
from calls.models import Call, Note, Outgoing
from operators.models import Operator

PERIOD = timedelta(days=7)
SHOWN = 3

# What has to be so for `promises.follow_ups` or `to_call` to find anything. Plain SQL: every idle desk asks for it, and
# most often nothing is owed to anybody.
_MAY_BE = """
SELECT EXISTS (SELECT FROM calls_callback b
                WHERE b.state = 'failed' AND b.handled_at IS NULL AND b.hotline_id = ANY(o.hotline_ids)),
       EXISTS (SELECT FROM calls_note n JOIN calls_call c ON c.id = n.call_id
                WHERE n.outcome = 'callback' AND n.saved_at > %s AND c.hotline_id = ANY(o.hotline_ids))
  FROM operators_operator o WHERE o.id = %s
"""


def owed(operator: Operator, at: datetime) -> dict[str, Any]:
    """Whom the hotlines of an operator still owe a call: `follow_ups`, promised and not reached, and `to_call`."""
    with connection.cursor() as cursor:
        cursor.execute(_MAY_BE, [at - PERIOD, operator.pk])
        promised, noted = cursor.fetchone()
    return {
        "follow_ups": promises.follow_ups(operator.hotlines.values("pk")) if promised else [],
        "to_call": to_call(operator, at) if noted else [],
    }


def to_call(operator: Operator, at: datetime) -> "QuerySet[Call]":
    """Of the operator's hotlines, the longest ago first: the note says "call back", and since then nobody who was
    called back picked up, nor is being called now."""
    since = Q(call__reached_at__isnull=False) | Q(call__ended_at__isnull=True)
    called = Outgoing.objects.filter(since, origin=OuterRef("pk"))
    notes = Note.objects.filter(outcome=Note.Outcome.CALLBACK, saved_at__gt=at - PERIOD).values("call")
    calls = Call.objects.filter(pk__in=notes, hotline__in=operator.hotlines.values("pk"), training=False)
    calls = calls.filter(~Exists(called), caller_kind=Call.CallerKind.NUMBER)
    return calls.select_related("hotline", "caller").order_by(F("arrived_at"))[:SHOWN]
