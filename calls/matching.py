"""Who gets which call: one statement picks the first waiting call that somebody can take and the longest idle of those
who can, and writes the offer, the journal and the instruction. Right under any number of processes."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError

from calls import ringing_all
from calls.eligibility import ORDER, WAITED, WISHES, can_take
from calls.news import tell_of
from hotline.core.live import wake_switchboard
from hotline.core.prepared import Prepared
from operators.presence import DESK_GRACE_SECONDS, Cause

_ASKS = f"""SELECT c.hotline_id, c.skills, c.language, {WAITED}, {WISHES}, h.ring_seconds, h.rings_all
      FROM lines_hotline h WHERE h.id = c.hotline_id"""  # noqa: S608 - constants of ours
# Rows are locked with SKIP LOCKED and nothing waits, so the order of locks cannot deadlock with the call-then-operator
# order used everywhere else. Here the operator is held before a call is, so that whoever holds a call has somebody for
# it. With the call first, of two processes at the last operator the one with the better call may find nobody left, and
# its caller is passed over. The head of the line says who is looked for; if another process has just taken it, this
# operator gets the next that they can take. As many calls are looked at as processes may match at once; if there are
# more, the last of them to finish looks again.
#
# `ringing_until` on the call and `state` on the operator are re-checked by PostgreSQL on the newest row when a lock is
# taken; the unique indexes on Offer are the second fence. Whether anybody can take a call is a scalar subquery: an
# EXISTS may be planned as a join over every waiting call; so may, without its OFFSET, what a call asks for. The line is
# read lazily, in its order, as far as it is needed. `hotline_ids` is the operator's hotlines again, kept by a trigger
# (operators/migrations/0004).
_ASSIGN = Prepared(
    "assign_a_call",
    """
WITH line AS MATERIALIZED (
  SELECT c.id, asks.* FROM calls_call c CROSS JOIN LATERAL (<asks> OFFSET 0) asks
   WHERE <waits> AND (SELECT true FROM operators_operator WHERE state = 'ready' AND active LIMIT 1)
     AND (SELECT true FROM operators_operator o WHERE <can take asks> LIMIT 1)
   ORDER BY c.priority DESC, c.queued_at, c.id LIMIT 16
), op AS (
  SELECT o.* FROM (SELECT * FROM line LIMIT 1) call CROSS JOIN LATERAL (
      SELECT o.* FROM operators_operator o WHERE <can take call> ORDER BY <order> LIMIT 1 FOR UPDATE OF o SKIP LOCKED
    ) o
), pair AS (
  SELECT call.id AS call_id, call.ring_seconds, call.rings_all, o.id AS operator_id, o.device
    FROM op o CROSS JOIN line call CROSS JOIN LATERAL (
      SELECT FROM calls_call c WHERE c.id = call.id AND <waits> FOR UPDATE OF c SKIP LOCKED
    ) held
   WHERE <can take call> LIMIT 1
), rung AS (
  UPDATE operators_operator o SET state = 'ringing', state_since = %(at)s, state_reason = ''
   WHERE o.id = (SELECT operator_id FROM pair) AND o.state = 'ready' RETURNING o.id
), logged AS (
  INSERT INTO operators_presencechange (operator_id, at, from_state, to_state, cause, detail)
  SELECT id, %(at)s, 'ready', 'ringing', %(cause)s, '' FROM rung
), claimed AS (
  UPDATE calls_call c
     SET ringing_until = %(at)s + make_interval(secs => pair.ring_seconds),
         offered_at = COALESCE(c.offered_at, %(at)s)
    FROM pair
   WHERE c.id = pair.call_id AND EXISTS (SELECT 1 FROM rung)
  RETURNING c.id, c.ringing_until, c.hotline_id, pair.rings_all
), offer AS (
  INSERT INTO calls_offer (id, call_id, operator_id, state, device, made_at, ring_until, reason)
  SELECT %(offer)s, claimed.id, pair.operator_id, 'ringing', pair.device, %(at)s, claimed.ringing_until, ''
    FROM claimed, pair
  RETURNING id, call_id, operator_id, ring_until
), journal AS (
  INSERT INTO calls_callevent (call_id, at, received_at, kind, data, source, key)
  SELECT call_id, %(at)s, now(), 'offered', jsonb_build_object('operator', operator_id, 'offer', id), 'switchboard',
         'offered:' || id
    FROM offer
), instruction AS (
  INSERT INTO calls_instruction
      (kind, call_id, offer_id, payload, state, created_at, due_at, deadline_at, attempts, error)
  SELECT 'ring', call_id, id, '{}', 'pending', %(at)s, %(at)s, ring_until, 0, '' FROM offer
)
SELECT offer.call_id, offer.operator_id, claimed.hotline_id, claimed.rings_all FROM offer, claimed
""".replace("<asks>", _ASKS)
    .replace("<waits>", "c.state = 'waiting' AND c.ringing_until IS NULL AND NOT c.training")
    .replace("<can take asks>", can_take("asks"))
    .replace("<can take call>", can_take())
    .replace("<order>", ORDER),
    {"at": "timestamptz", "offer": "uuid", "cause": "text", "desk_limit": "timestamptz"},
)


def assign_one(at: datetime) -> tuple[uuid.UUID, int] | None:
    """Offer the first waiting call that somebody can take; (call, operator), or None if there is no such pair."""
    made = _offer(at)
    return None if made is None else made[:2]


def _offer(at: datetime) -> tuple[uuid.UUID, int, bool] | None:
    """The same, and whether the call's hotline rings everybody."""
    values: dict[str, Any] = {
        "at": at,
        "offer": uuid.uuid4(),
        "cause": str(Cause.RUNG),
        "desk_limit": at - timedelta(seconds=DESK_GRACE_SECONDS),
    }
    row = _ASSIGN.fetch(values)
    if row is None:
        return None
    call_id, operator_id, hotline_id, rings_all = row
    tell_of(call_id, hotline_id, operator_id=operator_id)
    return call_id, operator_id, rings_all


def assign(at: datetime, *, limit: int = 1000) -> int:
    """Offer calls until nobody who is ready can take one that waits; how many offers were made.

    Safe in any number of processes at once: a pair that another process takes is passed over.
    """
    made, crowd = 0, False
    while made < limit:
        try:
            offer = _offer(at)
        except IntegrityError:  # the second fence held: somebody else took the operator; look again
            continue
        if offer is None:
            break
        made, crowd = made + 1, crowd or offer[2]
    if made:
        wake_switchboard()
    return made + ringing_all.ring_others(at) if crowd else made
