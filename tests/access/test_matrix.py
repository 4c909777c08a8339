"""Every address asked by every role: whoever stands too low is refused, and looking changes nothing."""

from typing import Any

import pytest
from django.db import connection

from hotline.core import access
from tests.access.urls import Address, addresses
from tests.people import make_hotline, make_operator, make_user

ROLES = ["operator", "supervisor", "administrator"]
# Kept by the web server itself while it answers: no state of the hotline.
BOOKKEEPING = {"django_session", "core_cache", "django_migrations"}


def _declared(address: Address) -> str:
    role = access.declared(address.view, address.name.rsplit(":", 1)[-1])
    assert role is not None, address.path
    return role


def _is_rest(address: Address) -> bool:
    return getattr(address.view, "cls", None) is not None


@pytest.mark.django_db
def test_a_stranger_reads_only_what_is_public(client):
    wrong = []
    for address in addresses():
        if _declared(address) in (access.PUBLIC, access.SIGNED):
            continue
        answer = client.get(address.path)
        sent_away = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
        if not sent_away and answer.status_code != 401:
            wrong.append((address.path, answer.status_code))
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_may_and_nothing_above(client, role):
    hotline = make_hotline()
    user = make_operator(hotline).user if role == "operator" else make_user(role, hotline)
    client.force_login(user)
    wrong, asked = [], 0
    for address in addresses():
        least = _declared(address)
        if least in (access.PUBLIC, access.SIGNED):
            continue
        if not client.session.get("_auth_user_id"):
            client.force_login(user)
        asked += 1
        status = client.get(address.path).status_code
        refused = status == 403
        if refused is access.has_role(user, least) or status >= 500:
            wrong.append((address.path, least, status))
    assert wrong == []
    assert asked > 5


def checksums() -> dict[str, Any]:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - BOOKKEEPING
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_reading_any_page_changes_nothing(client, role):
    hotline = make_hotline()
    client.force_login(make_operator(hotline, role=role).user)
    before = checksums()
    for address in addresses():
        if address.name == "account_logout":
            continue
        client.get(address.path)
        after = checksums()
        assert after == before, address.path
