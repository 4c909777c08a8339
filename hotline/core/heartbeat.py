"""Signs of life: the switchboard, the worker and beat each say that they still work, and how long ago is read off."""

import time
from datetime import datetime
from typing import Any

from hotline.core.models import Heartbeat

SWITCHBOARD, WORKER, BEAT = "switchboard", "worker", "beat"
_WRITE_EVERY_SECONDS = 5.0
_written: dict[str, float] = {}


def beat(name: str, at: datetime, **detail: Any) -> None:
    """Say that `name` was at work at `at`. May be called in every turn of a loop: one row is written per 5 s."""
    now = time.monotonic()
    if now - _written.get(name, -_WRITE_EVERY_SECONDS) < _WRITE_EVERY_SECONDS:
        return
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "detail": detail})
    _written[name] = now


def ages(at: datetime) -> dict[str, float]:
    """Seconds since the last sign of life, by name; a part that never gave one is absent."""
    return {each.name: max(0.0, (at - each.at).total_seconds()) for each in Heartbeat.objects.all()}
