"""A process that matches at the same moment as others. Imports nothing of Django at its head: it is loaded before Django
is set up."""

from typing import Any

_AGAIN = """
DELETE FROM calls_instruction; DELETE FROM calls_callevent; DELETE FROM calls_offer;
UPDATE calls_call SET ringing_until = NULL, offered_at = NULL;
UPDATE operators_operator SET state = 'ready', idle_since = now() - id * interval '1 second'
"""


def match(database: dict[str, Any], barrier: Any, rounds: int, index: int, results: Any) -> None:
    """One process: in each round everybody matches at once. The first tells which calls were offered, in the order of
    the line, and puts all back."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    connection.settings_dict.update(database)
    from calls.matching import assign
    from calls.models import Call

    found = []
    connection.ensure_connection()
    for _round in range(rounds):
        barrier.wait()
        assign(timezone.now())
        barrier.wait()
        if index == 0:
            line = Call.objects.order_by("-priority", "queued_at")
            found.append([call.ringing_until is not None for call in line])
            with connection.cursor() as cursor:
                cursor.execute(_AGAIN)
    results.put(found)
    connection.close()
