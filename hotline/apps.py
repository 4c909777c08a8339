"""App registration."""

from django.apps import AppConfig

from hotline import checks
from hotline.celery import app as celery_app

__all__ = [
    "HotlineConfig",
    "celery_app",
    "checks",
]  # every Django process knows the Celery application, the launcher need not


class HotlineConfig(AppConfig):
    name = "hotline"
