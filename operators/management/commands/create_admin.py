"""`manage.py create_admin`: the first administrator of a new system, with a random password printed once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operators import services
from operators.models import User


class Command(BaseCommand):
    help = "Make the first administrator and print a random password, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--username", default="admin")
        parser.add_argument("--email", default="", help="to sign in with, and to renew a forgotten password")
        parser.add_argument(
            "--another", action="store_true", help="make one although there is an administrator already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        there = User.objects.filter(role=User.Role.ADMINISTRATOR, is_active=True).order_by("pk").first()
        if there is not None and not options["another"]:
            raise CommandError(f"{there.username} is an administrator already. Add --another to make one more.")
        try:
            user, password = services.create_person(
                by=None, username=options["username"], email=options["email"], role=User.Role.ADMINISTRATOR
            )
        except services.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Username: {user.username}\nPassword: {password}")
        self.stderr.write("This password is shown once. Sign in, change it, and set up a second factor.")
