"""A process that takes over, hangs up or accepts the end. Imports nothing of Django at its head: it is loaded before
Django is set up."""

from typing import Any


def act(database: dict[str, Any], barrier: Any, rounds: list[dict[str, Any]], index: int, results: Any) -> None:
    """One process: supervisors 0 and 1 take over, 2 is the operator who hangs up, all at the same moment."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    connection.settings_dict.update(database)
    from calls.services import Refused, attend, came_in, leg_ended, let_in
    from operators.models import User

    won = []
    connection.ensure_connection()
    for facts in rounds:
        boss = User.objects.get(pk=facts["bosses"][index]) if index < 2 else None
        barrier.wait()
        at = timezone.now()
        if boss is None:
            leg_ended(facts["offer"], at=at, status="completed", left_first="operator")
            won.append(False)
            continue
        try:
            attendance = attend(facts["call"], "take_over", by=boss, at=at)
        except Refused:
            won.append(False)
            continue
        leg = f"CA{index}-{facts['call']}"
        let_in(attendance.pk, leg_ref=leg, at=timezone.now())
        came_in(facts["call"], leg_ref=leg, conference_ref="CF", at=timezone.now())
        won.append(True)
    results.put((index, won))
    connection.close()
