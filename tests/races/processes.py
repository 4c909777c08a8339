"""Several processes that do the same in one moment, on the test's database."""

import multiprocessing
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection


def side_by_side(act: Callable[..., None], given: Any, parts: Iterable[Any], *, hands: int) -> list[Any]:
    """`act(database, barrier, given, part, results)` in a process for each part; what the `hands` that meet at the
    barrier put into the results."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(hands), context.Queue()
    database = {
        name: connection.settings_dict[name] for name in ("NAME", "HOST", "USER", "PASSWORD", "PORT", "OPTIONS")
    }
    children = [context.Process(target=act, args=(database, barrier, given, part, results)) for part in parts]
    for child in children:
        child.start()
    answers = [results.get(timeout=100) for _hand in range(hands)]
    for child in children:
        child.join()
    return answers
