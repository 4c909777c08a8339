"""Hotlines that ring everybody at once: while a call of theirs rings at somebody, whoever else can take it is rung too.

The first offer of such a call is made like any other's, by `matching`, so that no caller goes unrung while another
rings in ten places. The rest is added here, to a call that rings already; hotlines that ring one after another have no
part in it. Who may be rung is asked of `eligibility`, as for a first offer.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction

from calls.eligibility import ORDER, WAITED, WISHES, can_take
from calls.models import Call
from calls.news import tell_of
from hotline.core.live import wake_switchboard
from lines.models import Hotline
from operators.presence import DESK_GRACE_SECONDS, Cause

AT_ONCE = 20  # telephones that ring for one call at the same time, at most
TRIED_AGAIN = timedelta(seconds=5)  # after a ring that came to nothing by nobody's fault, while others ring on

# A telephone that cannot be rung, or is busy with the call before, must not be tried anew at every turn.
_CAN_TAKE = f"""{can_take()} AND NOT EXISTS (
    SELECT 1 FROM calls_offer tried WHERE tried.call_id = call.id AND tried.operator_id = o.id
       AND tried.state = 'withdrawn' AND tried.reason <> 'taken' AND tried.closed_at > %(tried_since)s)"""  # noqa: S608

# A call that its operator passed on rings at the one it is meant for, and at nobody else.
_FOR_ALL = """h.rings_all AND NOT EXISTS (
    SELECT 1 FROM calls_transfer t WHERE t.call_id = call.id AND t.state IN ('ringing', 'talking'))"""
_WANTING = f"""
SELECT call.id FROM lines_hotline h JOIN calls_call c ON c.hotline_id = h.id
 CROSS JOIN LATERAL (SELECT c.id, c.hotline_id, c.skills, c.language, {WAITED}, {WISHES}) call
 WHERE {_FOR_ALL} AND c.state = 'waiting' AND c.ringing_until IS NOT NULL
   AND (SELECT true FROM operators_operator o WHERE {_CAN_TAKE} LIMIT 1)
 ORDER BY c.priority DESC, c.queued_at, c.id
"""  # noqa: S608 - constants of our own stand in it

# Run with the call's row locked, so that what rings is counted as it is. Operators are locked with SKIP LOCKED, as in
# the statement of `matching`: whoever is rung for another call in this moment is passed over.
_RING = f"""
WITH call AS (
  SELECT c.*, h.ring_seconds, {WAITED}, {WISHES},
         (SELECT count(*) FROM calls_offer f WHERE f.call_id = c.id AND f.state = 'ringing') AS rings
    FROM calls_call c JOIN lines_hotline h ON h.id = c.hotline_id
   WHERE c.id = %(call)s AND {_FOR_ALL.replace("= call.id", "= c.id")}
), taker AS (
  SELECT o.id, o.device FROM operators_operator o CROSS JOIN call
   WHERE {_CAN_TAKE}
   ORDER BY {ORDER} LIMIT GREATEST(0, %(at_once)s - (SELECT rings FROM call)) FOR UPDATE OF o SKIP LOCKED
), rung AS (
  UPDATE operators_operator o SET state = 'ringing', state_since = %(at)s, state_reason = ''
    FROM taker WHERE o.id = taker.id AND o.state = 'ready' RETURNING o.id, taker.device
), logged AS (
  INSERT INTO operators_presencechange (operator_id, at, from_state, to_state, cause, detail)
  SELECT id, %(at)s, 'ready', 'ringing', %(cause)s, '' FROM rung
), claimed AS (
  UPDATE calls_call c SET ringing_until = %(at)s + make_interval(secs => call.ring_seconds)
    FROM call WHERE c.id = call.id AND EXISTS (SELECT 1 FROM rung) RETURNING c.id, c.ringing_until, c.hotline_id
), offer AS (
  INSERT INTO calls_offer (id, call_id, operator_id, state, device, made_at, ring_until, reason)
  SELECT gen_random_uuid(), claimed.id, rung.id, 'ringing', rung.device, %(at)s, claimed.ringing_until, ''
    FROM claimed, rung
  RETURNING id, call_id, operator_id, ring_until
), journal AS (
  INSERT INTO calls_callevent (call_id, at, received_at, kind, data, source, key)
  SELECT call_id, %(at)s, now(), 'offered', jsonb_build_object('operator', operator_id, 'offer', id), 'switchboard',
         'offered:' || id
    FROM offer
), instruction AS (
  INSERT INTO calls_instruction
      (kind, call_id, offer_id, payload, state, created_at, due_at, deadline_at, attempts, error)
  SELECT 'ring', call_id, id, '{{}}', 'pending', %(at)s, %(at)s, ring_until, 0, '' FROM offer
)
SELECT claimed.hotline_id, offer.operator_id FROM offer, claimed
"""  # noqa: S608 - constants of our own stand in it


def any_rings_all() -> bool:
    """Whether there is a hotline that rings everybody: without one nothing else here need be asked."""
    return Hotline.objects.filter(rings_all=True).exists()


def ring_others(at: datetime) -> int:
    """Ring whoever else can take a call that rings already, where the hotline wants that; how many more ring.

    Safe in any number of processes at once: a call or an operator that another process has in hand is passed over.
    """
    values: dict[str, Any] = {
        "at": at,
        "at_once": AT_ONCE,
        "cause": str(Cause.RUNG),
        "desk_limit": at - timedelta(seconds=DESK_GRACE_SECONDS),
        "tried_since": at - TRIED_AGAIN,
    }
    made = sum(_ring(call_id, values) for call_id in _wanting(values))
    if made:
        wake_switchboard()
    return made


def _wanting(values: dict[str, Any]) -> list[uuid.UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_WANTING, values)
        return [row[0] for row in cursor.fetchall()]


def _ring(call_id: uuid.UUID, values: dict[str, Any]) -> int:
    try:
        with transaction.atomic():
            ringing = Call.objects.filter(pk=call_id, state=Call.State.WAITING, ringing_until__isnull=False)
            if ringing.select_for_update(skip_locked=True).first() is None:
                return 0
            rung = _add(call_id, values)
            for hotline_id, operator_id in rung:
                tell_of(call_id, hotline_id, operator_id=operator_id)
            return len(rung)
    except IntegrityError:  # the unique indexes on Offer held: somebody was rung for another call; the next turn looks
        return 0


def _add(call_id: uuid.UUID, values: dict[str, Any]) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_RING, values | {"call": call_id})
        return list(cursor.fetchall())
