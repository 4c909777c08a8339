"""Callers whom an operator promised to call back in the note, and nobody called yet."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from calls.models import Call, Note, Outgoing
from operators.models import Operator

PERIOD = timedelta(days=7)
SHOWN = 3


def to_call(operator: Operator, at: datetime) -> "QuerySet[Call]":
    """Of the operator's hotlines, the longest ago first: the note says "call back", and since then nobody who was
    called back picked up, nor is being called now."""
    since = Q(call__reached_at__isnull=False) | Q(call__ended_at__isnull=True)
    called = Outgoing.objects.filter(since, origin=OuterRef("pk"))
    notes = Note.objects.filter(outcome=Note.Outcome.CALLBACK, saved_at__gt=at - PERIOD).values("call")
    calls = Call.objects.filter(pk__in=notes, hotline__in=operator.hotlines.values("pk"), training=False)
    calls = calls.filter(~Exists(called), caller_kind=Call.CallerKind.NUMBER)
    return calls.select_related("hotline", "caller").order_by(F("arrived_at"))[:SHOWN]
