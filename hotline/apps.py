"""App registration."""

from django.apps import AppConfig

from hotline.celery import app as celery_app

__all__ = ["HotlineConfig", "celery_app"]  # every Django process knows the Celery application, the launcher need not


class HotlineConfig(AppConfig):
    name = "hotline"
