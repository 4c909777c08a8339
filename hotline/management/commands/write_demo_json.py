"""`manage.py write_demo_json`: the demo in one file, for programs that try the system out from the outside."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from hotline.launcher.configuration import write_private
from lines.models import Hotline, Number, OpeningRule

CREDENTIALS = "demo-credentials.json"


class Command(BaseCommand):
    help = "Load the demo into an empty system, and write addresses, credentials and numbers to demo.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", default=str(settings.DATA_DIR / "demo.json"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not Hotline.objects.exists() and "load_demo" in get_commands():
            call_command("load_demo")
        credentials = _credentials(settings.DATA_DIR / CREDENTIALS)
        demo = {
            "url": settings.PUBLIC_URL,
            "account_sid": settings.TWILIO_ACCOUNT_SID,
            "auth_token": settings.TWILIO_AUTH_TOKEN,
            **credentials,
            "numbers": [_number(each) for each in Number.objects.filter(active=True).select_related("hotline")],
        }
        write_private(Path(options["output"]), json.dumps(demo, indent=2, ensure_ascii=False))


def _credentials(path: Path) -> dict[str, Any]:
    try:
        credentials: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        raise CommandError(f"{path} is missing: the database holds data that is not the demo's.") from None
    return credentials


def _number(number: Number) -> dict[str, Any]:
    always = number.hotline.opening_rules.filter(kind=OpeningRule.Kind.ALWAYS).exists()
    return {
        "number": number.number,
        "hotline": number.hotline.name,
        "open": "always" if always else "hours",
        "lines": number.lines,
    }
