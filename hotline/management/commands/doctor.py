"""`manage.py doctor`: look at every part, say what was seen and what to do; ends with 1 when something is broken."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError
from django.utils import timezone

from hotline.core import checkup
from hotline.core.checkup import Check, Finding, Verdict
from hotline.doctor.checks import ALL, BY_NAME

_WORDS = {Verdict.PASS: "PASS", Verdict.WARN: "WARN", Verdict.FAIL: "FAIL"}


class Command(BaseCommand):
    help = "Look the whole system over. Ends with code 1 when a check fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("checks", nargs="*", metavar="check", help=f"only these: {', '.join(BY_NAME)}")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["checks"]) - set(BY_NAME)
        if unknown:
            self.stderr.write(f"There is no check called {', '.join(sorted(unknown))}.")
            sys.exit(2)
        wanted = [BY_NAME[name] for name in options["checks"]] or list(ALL)
        found = {}
        for check, finding, took in checkup.run(wanted):
            found[check.name] = (check, finding, took)
            if not options["json"]:
                self._say(check, finding)
        rows = [found[check.name] for check in wanted]
        failed = any(finding.verdict == Verdict.FAIL for _check, finding, _took in rows)
        if options["json"]:
            self.stdout.write(json.dumps(_document(rows, failed=failed), indent=2, ensure_ascii=False))
        _keep(rows)
        if failed:
            sys.exit(1)

    def _say(self, check: Check, finding: Finding) -> None:
        style = {Verdict.PASS: self.style.SUCCESS, Verdict.WARN: self.style.WARNING, Verdict.FAIL: self.style.ERROR}
        word = style[finding.verdict](_WORDS[finding.verdict])
        self.stdout.write(f"{word}  {check.title}: {finding.seen}")
        if finding.remedy:
            self.stdout.write(f"      {finding.remedy}")


def _document(rows: list[tuple[Check, Finding, float]], *, failed: bool) -> dict[str, Any]:
    checks = [
        {
            "name": check.name,
            "verdict": _WORDS[finding.verdict],
            "seen": finding.seen,
            "remedy": finding.remedy,
            "seconds": round(took, 3),
        }
        for check, finding, took in rows
    ]
    return {"ok": not failed, "at": timezone.now().isoformat(), "checks": checks}


def _keep(rows: list[tuple[Check, Finding, float]]) -> None:
    """For the page. Without a database the findings are said all the same."""
    try:
        for check, finding, took in rows:
            checkup.keep(check, finding, took, timezone.now())
    except DatabaseError:
        return
