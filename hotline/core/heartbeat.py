"""Parts of the system say here that they are alive; /readyz reads it."""

from datetime import datetime
from typing import Any

from hotline.core.models import Heartbeat


def beat(name: str, at: datetime, **detail: Any) -> None:
    """Note that the part `name` (switchboard, worker, beat) was alive at `at`."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "detail": detail})
