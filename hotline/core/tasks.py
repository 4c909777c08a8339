"""The worker's sign of life."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from hotline.core import heartbeat


@shared_task(ignore_result=True, expires=60)
def worker_is_alive() -> None:
    """Written by a task, so that it says that tasks are really taken and done, not that a process exists."""
    heartbeat.beat(heartbeat.WORKER, timezone.now())


@worker_ready.connect
def say_so_at_once(**kwargs: Any) -> None:
    """A worker that has just begun need not wait for beat's next turn."""
    worker_is_alive.delay()
