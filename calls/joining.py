"""A caller joins the line: one statement for the usual case, the careful way for every other."""

import uuid
from datetime import datetime

from django.db import transaction

from calls import matching
from calls.facts import join
from calls.journal import note_event
from calls.models import Call, CallEvent
from calls.news import tell
from calls.pricing import note_price, price_said
from calls.queries import COLUMNS
from hotline.core.prepared import Prepared

# A call that has arrived, and of which nothing else is known, waits from now on: what `facts.join` would say, since the
# stored state follows from the facts. The greeting and the price stand before the queue; a plan has words of its own.
_JOIN = Prepared(
    "join_the_line",
    f"""
WITH joined AS (
  UPDATE calls_call c
     SET queued_at = %(at)s, state = 'waiting', lookup_ref = COALESCE(NULLIF(c.lookup_ref, ''), %(lookup_ref)s)
   WHERE c.id = %(id)s AND c.state = 'arrived' AND c.queued_at IS NULL
     AND c.tariff_id IS NOT DISTINCT FROM %(tariff)s
  RETURNING {COLUMNS.sql}
), journal AS (
  INSERT INTO calls_callevent (call_id, at, received_at, kind, data, source, key)
  SELECT joined.id, %(at)s, now(), said.kind, said.data, 'webhook', said.kind
    FROM joined, (VALUES (1, 'greeted', jsonb_build_object()),
                         (2, 'price_said', jsonb_build_object('words', %(price)s)),
                         (3, 'queued', jsonb_build_object())) said (turn, kind, data)
   WHERE CASE said.turn WHEN 1 THEN joined.plan_id IS NULL WHEN 2 THEN %(price)s IS NOT NULL ELSE true END
   ORDER BY said.turn
  ON CONFLICT (call_id, key) DO NOTHING
)
SELECT * FROM joined
""",  # noqa: S608 - names of columns stand in it
    {"id": "uuid", "at": "timestamptz", "lookup_ref": "text", "tariff": "bigint", "price": "text"},
)


def call_waits(call_id: uuid.UUID, *, at: datetime, lookup_ref: str = "", known: Call | None = None) -> Call:
    """The caller is in the queue (the carrier asks what to play there): queue the call and offer it.

    `known` spares a look at what the call is said to cost. Told again, late or out of order, it changes nothing more.
    """
    call = _at_once(known or Call.objects.get(pk=call_id), at, lookup_ref)
    if call is None:
        call, first = _with_care(call_id, at, lookup_ref)
    else:
        first = True
    if first and call.state == Call.State.WAITING:
        matching.assign(at)
    return call


def _at_once(known: Call, at: datetime, lookup_ref: str) -> Call | None:
    said = price_said(known)
    values = {"id": known.pk, "at": at, "lookup_ref": lookup_ref, "tariff": known.tariff_id, "price": said}
    rows = _JOIN.rows(values)
    if not rows:
        return None
    call = COLUMNS.object(rows[0])
    tell(call, line_changed=True)
    return call


def _with_care(call_id: uuid.UUID, at: datetime, lookup_ref: str) -> tuple[Call, bool]:
    """Something else is known of the call already; and whether this is the first word of its waiting."""
    with transaction.atomic():
        call = Call.objects.select_for_update().get(pk=call_id)
        first = call.queued_at is None
        if join(call, queued_at=at, lookup_ref=lookup_ref):
            call.save(update_fields=["queued_at", "lookup_ref", "state", "outcome", "ended_by"])
        if first:
            if call.plan_id is None:
                note_event(call, CallEvent.Kind.GREETED, at=at, key="greeted")
            note_price(call, at)
            note_event(call, CallEvent.Kind.QUEUED, at=at, key="queued")
            tell(call, line_changed=True)
    return call, first
