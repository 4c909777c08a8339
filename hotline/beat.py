"""Celery's clock with a sign of life: written by the clock's own turn, so that a hanging one is seen."""

import logging
from typing import Any

from celery.beat import PersistentScheduler
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from hotline.core import heartbeat

_LONGEST_SLEEP_SECONDS = 15
log = logging.getLogger(__name__)


class Scheduler(PersistentScheduler):
    """Keeps its last runs in a file, turns at least every 15 seconds, and outlives a restart of the database."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_interval"] = _LONGEST_SLEEP_SECONDS
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        pause: float = super().tick(*args, **kwargs)
        try:
            close_old_connections()
            heartbeat.beat(heartbeat.BEAT, timezone.now())
        except DatabaseError as error:
            log.warning("beat could not say that it is alive: %s", error.__class__.__name__)
        return pause
