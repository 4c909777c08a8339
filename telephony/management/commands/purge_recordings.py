"""`manage.py purge_recordings`: erase recordings past their time now, or say how many that would be."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from telephony.purging import DAYS, purge, settle


class Command(BaseCommand):
    help = "Erase recorded conversations that are past their time, at the carrier and here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count them, erase nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        if options["dry_run"]:
            self.stdout.write(f"{purge(at, dry_run=True).due} would be erased")
            return
        settle(at, back=DAYS)
        found = purge(at)
        self.stdout.write(f"{found.due} due, {found.erased} erased, {found.refused} refused by the carrier")
