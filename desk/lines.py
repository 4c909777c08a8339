"""An operator's lines: who waits on each, since when, and who else is ready."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from operators.models import Operator


@dataclass(frozen=True)
class Line:
    """One hotline as its operator sees it; `ready` counts the colleagues who could answer now; `closed` is why it is
    closed by hand, "" unless it is."""

    pk: int
    name: str
    colour: int
    goal_seconds: int
    called: list[str]
    waiting: int
    since: datetime | None
    callbacks: int  # promised, and not yet being made
    ready: int
    closed: str


# Plain SQL: every desk asks for it at every change of its lines, and building it anew costs more than answering it.
_LINES = """
SELECT h.id, h.name, h.colour, h.service_level_seconds,
       ARRAY(SELECT n.number FROM lines_number n WHERE n.hotline_id = h.id AND n.active ORDER BY n.id),
       line.waiting, line.since,
       (SELECT count(*) FROM calls_callback b WHERE b.hotline_id = h.id AND b.state = 'waiting'),
       (SELECT count(*) FROM operators_operator o
         WHERE o.state = 'ready' AND o.active AND h.id = ANY(o.hotline_ids) AND o.id <> me.id),
       COALESCE((SELECT s.reason FROM lines_closure s WHERE s.hotline_id = h.id AND s.reopened_at IS NULL
                    AND (s.reopens_at IS NULL OR s.reopens_at > now()) LIMIT 1), '')
  FROM operators_operator me
  JOIN lines_hotline h ON h.id = ANY(me.hotline_ids) AND h.active
  CROSS JOIN LATERAL (SELECT count(*) AS waiting, min(c.queued_at) AS since FROM calls_call c
                       WHERE c.hotline_id = h.id AND c.state = 'waiting' AND c.direction = 'incoming'
                         AND NOT c.training) line
 WHERE me.id = %s ORDER BY h.priority DESC, h.name
"""


def lines_of(operator: Operator) -> list[Line]:
    """The lines of an operator, in one query for all of it."""
    with connection.cursor() as cursor:
        cursor.execute(_LINES, [operator.pk])
        return [Line(*row) for row in cursor.fetchall()]


def uncovered(lines: list[Line]) -> Line | None:
    """The line on which nobody else is ready, the one with the most callers first; None while all have cover."""
    return max((line for line in lines if not line.ready), key=lambda line: line.waiting, default=None)
