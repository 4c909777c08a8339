"""A process that presses accept. Imports nothing of Django at its head: it is loaded before Django is set up."""

from threading import Thread
from typing import Any


def press_accept(database: dict[str, Any], barrier: Any, rounds: list[list[str]], hands: range, results: Any) -> None:
    """One process: in each round each of its hands presses accept on its own offer, at the same moment as all others."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict.update(database)
    others = [Thread(target=_press, args=(database, barrier, rounds, index, results)) for index in hands[1:]]
    for each in others:
        each.start()
    _press(database, barrier, rounds, hands[0], results)
    for each in others:
        each.join()


def _press(database: dict[str, Any], barrier: Any, rounds: list[list[str]], index: int, results: Any) -> None:
    from django.db import connection
    from django.utils import timezone

    from calls.services import accept_offer

    connection.settings_dict.update(database)
    won = []
    connection.ensure_connection()
    for offers in rounds:
        barrier.wait()
        won.append(accept_offer(offers[index], leg_ref=f"CA{index}-{offers[index]}", at=timezone.now()).won)
    results.put((index, won))
    connection.close()
