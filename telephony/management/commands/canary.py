"""`manage.py canary`: call the hotlines now, as every night; ends with code 1 when a call failed."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lines.models import Hotline
from telephony import canary, canary_words


class Command(BaseCommand):
    help = "Make a test call to each hotline through PUBLIC_URL, and say what came of it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="HOTLINE", help="its slug; without one, every hotline in use")

    def handle(self, *args: Any, **options: Any) -> None:
        hotlines = Hotline.objects.filter(active=True).order_by("name")
        if slugs := options["slugs"]:
            hotlines = hotlines.filter(slug__in=slugs)
            if unknown := set(slugs) - set(hotlines.values_list("slug", flat=True)):
                raise CommandError(f"There is no such hotline in use: {', '.join(sorted(unknown))}.")
        found = canary.call(hotlines)
        for each in found:
            self._tell(each)
        if not all(each.passed for each in found):
            sys.exit(1)

    def _tell(self, each: Any) -> None:
        if each.passed:
            where = canary_words.end(each.reached)
            self.stdout.write(f"PASS {each.hotline}: {each.number} answered in {each.seconds:.2f} s, led to {where}")
            return
        self.stdout.write(f"FAIL {each.hotline}: {each.number}".rstrip())
        for fault in canary_words.faults(each):
            self.stdout.write(f"     {fault}")
