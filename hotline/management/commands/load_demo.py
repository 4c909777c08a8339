"""`manage.py load_demo`: three hotlines, their people, and two weeks of calls to look at."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from hotline.demo.loader import CREDENTIALS, load


class Command(BaseCommand):
    help = "Fill an empty system with demonstration data; does nothing when there is a hotline already."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=14, help="days of past calls (default 14)")

    def handle(self, *args: Any, **options: Any) -> None:
        data_dir = Path(settings.DATA_DIR)
        loaded = load(days=options["days"], at=timezone.now(), data_dir=data_dir)
        if loaded is None:
            self.stdout.write("There is data already; nothing was changed.")
            return
        self.stdout.write(
            f"Loaded {loaded.hotlines} hotlines, {loaded.operators} operators and {loaded.calls} calls. "
            f"Passwords are in {data_dir / CREDENTIALS}."
        )
