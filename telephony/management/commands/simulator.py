"""`manage.py simulator`: the carrier in a box, with this system's own account and address."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from telephony.simulator import server


class Command(BaseCommand):
    help = "Run the telephone simulator: Twilio's REST API and TwiML, with telephones, on one port."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        server.arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TWILIO_ACCOUNT_SID or not settings.TWILIO_AUTH_TOKEN:
            raise CommandError("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set: whose carrier should this be?")
        options["webhook_base"] = options["webhook_base"] or settings.PUBLIC_URL
        options["public_url"] = options["public_url"] or settings.PUBLIC_URL
        server.run(
            argparse.Namespace(**options),
            account_sid=settings.TWILIO_ACCOUNT_SID,
            auth_token=settings.TWILIO_AUTH_TOKEN,
        )
