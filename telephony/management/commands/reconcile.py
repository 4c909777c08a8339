"""`manage.py reconcile`: compare the register with the carrier's list now."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from telephony.reconcile import compare_since


class Command(BaseCommand):
    help = "Compare the register with the carrier's own list, and mend lost and phantom calls."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--hours", type=int, default=24, help="how far back (default 24)")

    def handle(self, *args: Any, **options: Any) -> None:
        found = compare_since(timezone.now() - timedelta(hours=options["hours"]))
        self.stdout.write(f"{found.matched} matched, {found.recovered} recovered, {found.closed} closed")
