"""Several mishaps at once, drawn from a seed: the same seed is the same storm, whatever it strikes."""

import random
from typing import Any

LIGHT, HEAVY = 0.3, 1.0
# What may happen, and how likely it is in the heaviest storm. Real seconds.
_CALLBACKS: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("lose", 0.12, {}),
    ("repeat", 0.25, {"count": 3}),
    ("reorder", 0.15, {}),
    ("shuffle", 0.15, {"count": 4}),
    ("delay", 0.15, {"seconds": 1.5}),
)
_WEBHOOKS: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("repeat", 0.15, {"count": 2}),
    ("delay", 0.1, {"seconds": 0.3}),
)
_REST: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("status", 0.1, {"status": 503, "processed": True}),
    ("status", 0.1, {"status": 429, "retry_after": 1}),
    ("drop", 0.08, {"processed": True}),
)


def storm(seed: int, strength: float = LIGHT) -> list[dict[str, Any]]:
    """Mishaps for Faults.add, in a drawn choice and order; `strength` is between 0 and 1.

    Raises ValueError for a strength that is neither.
    """
    if not 0 < strength <= 1:
        raise ValueError("a storm's strength is more than 0 and at most 1")
    dice = random.Random(f"storm:{seed}")  # noqa: S311 - a storm, not a secret
    everything = [
        {"on": on, "kind": kind, "times": 0, "probability": likely * strength * dice.uniform(0.5, 1.0), **more}
        for on, kinds in (("callback", _CALLBACKS), ("webhook", _WEBHOOKS), ("rest", _REST))
        for kind, likely, more in kinds
    ]
    return dice.sample(everything, k=dice.randint(len(everything) // 2, len(everything)))
