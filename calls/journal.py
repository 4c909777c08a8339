"""Writing the journal of a call: once for each delivery, whatever is repeated."""

from datetime import datetime
from typing import Any

from django.db import connection
from psycopg2.extras import Json

from calls.models import Call


def note_event(
    call: Call,
    kind: str,
    *,
    at: datetime,
    key: str,
    source: str = "webhook",
    raw: dict[str, Any] | None = None,
    **data: Any,
) -> bool:
    """Add an event unless one with this `key` is there already; True if added. Never edits."""
    values: list[Any] = [call.pk, at, str(kind), Json(data), source, key[:120], None if raw is None else Json(raw)]
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO calls_callevent (call_id, at, received_at, kind, data, source, key, raw)
               VALUES (%s, %s, now(), %s, %s, %s, %s, %s) ON CONFLICT (call_id, key) DO NOTHING""",
            values,
        )
        return cursor.rowcount == 1
