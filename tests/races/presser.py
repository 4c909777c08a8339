"""A process that presses accept. Imports nothing of Django at its head: it is loaded before Django is set up."""

from typing import Any


def press_accept(database: dict[str, Any], barrier: Any, rounds: list[list[str]], index: int, results: Any) -> None:
    """One process: in each round it presses accept on its own offer, at the same moment as the others."""
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    connection.settings_dict.update(database)
    from calls.services import accept_offer

    won = []
    connection.ensure_connection()
    for offers in rounds:
        barrier.wait()
        won.append(accept_offer(offers[index], leg_ref=f"CA{index}-{offers[index]}", at=timezone.now()).won)
    results.put((index, won))
    connection.close()
