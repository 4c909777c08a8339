"""The first administrator of a new system."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from hotline.core.models import AuditEntry
from operators.models import User
from tests.people import make_user

pytestmark = pytest.mark.django_db


def create(*args: str) -> str:
    out = StringIO()
    call_command("create_admin", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_password_is_printed_once_and_signs_in(client):
    said = dict(line.split(": ") for line in create("--email", "Boss@example.org").splitlines())
    assert said["Username"] == "admin"
    client.post("/accounts/login/", {"login": "boss@example.org", "password": said["Password"]})
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert user.role == "administrator"
    assert not (user.is_staff or user.is_superuser)
    assert AuditEntry.objects.get(verb="person.created").by is None


def test_run_twice_it_makes_no_second_administrator_unless_asked():
    create()
    with pytest.raises(CommandError, match="admin is an administrator already"):
        create()
    with pytest.raises(CommandError, match="already exists"):
        create("--another")
    create("--another", "--username", "second")
    assert User.objects.count() == 2


def test_a_closed_administrator_does_not_keep_the_house_locked():
    make_user("administrator", is_active=False)
    assert "Password: " in create()
