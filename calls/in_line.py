"""How a waiting call stands in its line: all that its next words rest on, read at one moment in one statement.

A caller who waits asks again each round of music, and a rush of callers asks at once: what costs a query each elsewhere
is one here, planned once a connection.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from calls.expected import AT_WORK, TALK, announced, handling
from calls.models import Call
from hotline.core.prepared import Prepared
from lines.models import Hotline
from operators.models import Presence

PRESENT = [Presence.READY, Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP, Presence.BREAK, Presence.LUNCH,
           Presence.OTHER, Presence.MISSED]  # fmt: skip


@dataclass(frozen=True)
class InLine:
    """Where a call stands, and what there is to serve its line."""

    somebody: bool  # who serves it is signed on: everybody away is a queue, everybody offline is not
    rung: bool  # somebody is rung for this call
    position: int  # from 1; callbacks before it whose callers are dialled first count
    working: int
    handling: float | None  # seconds, as `calls.expected` has it

    @property
    def expected_seconds(self) -> int | None:
        """How long the caller should be told that they wait; None while there is nothing to go by."""
        return None if self.handling is None else announced(self.position, self.handling, self.working)


_BEFORE = "(x.priority > %(priority)s OR (x.priority = %(priority)s AND x.queued_at < %(queued_at)s))"
_IN_LINE = Prepared(
    "how_a_call_stands_in_line",
    f"""
SELECT
  -- People of an agency count as far as its rule lets them be rung before the caller's patience is over.
  EXISTS (SELECT FROM operators_operator o
           WHERE %(hotline)s = ANY(o.hotline_ids) AND o.active AND o.state = ANY(%(present)s)
             AND (o.agency_id IS NULL OR EXISTS (SELECT FROM operators_agencyrule r
               WHERE r.agency_id = o.agency_id AND r.hotline_id = %(hotline)s AND r.after_seconds < %(patience)s
                 AND r.rings_from <= %(patience_ends)s AND r.rings_until > %(at)s))),
  EXISTS (SELECT FROM calls_offer f WHERE f.call_id = %(call)s AND f.state = 'ringing'),
  (SELECT count(*) FROM calls_call x WHERE x.state = 'waiting' AND x.hotline_id = %(hotline)s AND NOT x.training
      AND ({_BEFORE} OR (x.priority = %(priority)s AND x.queued_at = %(queued_at)s AND x.id < %(call)s))),
  CASE WHEN %(caller_first)s THEN (SELECT count(*) FROM calls_callback x WHERE x.hotline_id = %(hotline)s
      AND x.state = 'waiting' AND x.attempt_id IS NULL AND x.again_id IS NULL AND {_BEFORE}) ELSE 0 END,
  ({AT_WORK}),
  talk.seconds, talk.ended
  FROM ({TALK}) talk
""",  # noqa: S608 - constants of this file and its neighbour stand in it
    {
        "call": "uuid",
        "hotline": "bigint",
        "at": "timestamptz",
        "priority": "int",
        "queued_at": "timestamptz",
        "patience": "float",
        "patience_ends": "timestamptz",
        "caller_first": "boolean",
        "present": "varchar[]",
    },
)


def in_line(call: Call, hotline: Hotline, at: datetime, *, patience: float) -> InLine:
    """How a call that waits on this hotline stands; `patience` is how many seconds it waits before it is led elsewhere.

    The call need not be written: what would happen to one is answered from the same statement.
    """
    values = {
        "call": call.pk,
        "hotline": hotline.pk,
        "at": at,
        "priority": call.priority,
        "queued_at": call.queued_at,
        "patience": patience,
        "patience_ends": at + timedelta(seconds=patience),
        "caller_first": hotline.callback_caller_first,
        "present": PRESENT,
    }
    somebody, rung, ahead, to_be_dialled, working, talk, ended = _IN_LINE.rows(values)[0]
    return InLine(somebody, rung, ahead + 1 + to_be_dialled, working, handling(hotline, talk, ended))
