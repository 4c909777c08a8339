"""The project: settings, entry points, and what starts things. Knows every app, known by none."""

from hotline.celery import app as celery_app

__all__ = ["celery_app"]
