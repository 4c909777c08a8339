"""What the figures of a benchmark must keep, and which of them do not.

Judged after they are shown, so that a bad figure is seen and the benchmarks after it still run. First content in a
browser is shown beside an empty page and not judged: it is the machine's more than ours.
"""

import operator
from typing import Any

KEPT = {
    "start": ["with the install, s < 90", "with an empty folder of data, s < 15", "to stop, s < 5"],
    "webhook": [
        "at 8 > ratio >= 0.6", "at 32 > ratio >= 0.6", "p99 ms at 20/s < 150",
        "five at once > rows == 20", "five at once > different answers == 20",
    ],
    "matching": [
        "ratio >= 0.5", "ours > operators with two calls == 0", "ours > calls with two operators == 0",
        "naive > operators with two calls > 0",  # so the judge can find one
    ],
    "ringing": ["to the desk's stream, p95 ms < 300", "to the ringing telephone, p95 ms < 300"],
    "streams": ["p95 ms < 300", "lost == 0"],
    "burst": ["webhook p99 ms < 1000", "lost == 0", "answered twice == 0", "out of turn == 0"],
    "rush": ["webhook p99 ms < 1000", "lost == 0", "out of turn == 0"],  # T46
    "desks": ["cores in all < 0.25"],
    "register": ["every question p95 ms < 300"],
    "simulate": [
        "an hour of 600 calls, 60 operators > differences == 0", "the same with faults > differences == 0",
    ],
}  # fmt: skip
_COMPARE = {"<": operator.lt, ">": operator.gt, ">=": operator.ge, "==": operator.eq}


def broken(name: str, found: dict[str, Any]) -> list[str]:
    """The promises that the figures of a benchmark do not keep, each with the figure. KeyError for one that is about a
    figure nobody took: it would never fail."""
    return [said for promise in KEPT.get(name, []) if (said := _broken(promise, found))]


def _broken(promise: str, found: dict[str, Any]) -> str:
    path, sign, limit = promise.rsplit(" ", 2)
    value: Any = found
    for key in path.split(" > "):
        value = value[key]
    return "" if _COMPARE[sign](value, float(limit)) else f"{promise}, but it is {value:.2f}"
