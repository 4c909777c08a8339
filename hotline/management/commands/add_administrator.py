"""`manage.py add_administrator NAME`: the first person of a new system, who then adds all others on the pages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from operators.models import User
from operators.services import Refused, create_person


class Command(BaseCommand):
    help = "Add an administrator and print the password, which is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user, password = create_person(
                by=None, username=options["username"], role=User.Role.ADMINISTRATOR, email=options["email"]
            )
        except Refused as refused:
            raise CommandError(str(refused)) from None
        self.stdout.write(f"{user.username} may sign in with the password {password}")
