"""Who is signed in, read in one statement: a hundred desks ask for a small part at the same moment, and who asks costs
more than the answer.

A process remembers whose each session was, and reads that person's row along with the session. What is remembered is a
guess and never an answer: the session's own words decide, and whatever differs from the usual goes Django's way.
"""

from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends import db
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

_MANY = 10_000
_guesses: dict[str, int] = {}  # the key of a session -> the id of its person


@cache
def _statement() -> tuple[str, list[str]]:
    """The SQL, and the fields of a person in its order."""
    person = auth.get_user_model()._meta
    columns = ", ".join(f'u."{field.column}"' for field in person.concrete_fields)
    sql = (
        f"SELECT s.session_data, {columns} FROM django_session s LEFT JOIN {person.db_table} u ON u.id = %s"  # noqa: S608 - names of our own
        " WHERE s.session_key = %s AND s.expire_date > %s"
    )
    return sql, [field.attname for field in person.concrete_fields]


class SessionStore(db.SessionStore):
    """Django's sessions in the database; `person` is whose this session probably is, read with it."""

    person: Any = None

    def load(self) -> dict[str, Any]:
        sql, names = _statement()
        key = str(self.session_key)
        with connection.cursor() as cursor:
            cursor.execute(sql, [_guesses.get(key), key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        if row[1] is not None:
            self.person = auth.get_user_model().from_db(connection.alias, names, row[1:])
        found: dict[str, Any] = self.decode(row[0])
        _remember(key, found.get(auth.SESSION_KEY))
        return found

    def save(self, must_create: bool = False) -> None:
        super().save(must_create)
        _remember(str(self.session_key), self.get(auth.SESSION_KEY))


def _remember(key: str, user_id: str | None) -> None:
    if len(_guesses) >= _MANY:
        _guesses.clear()
    if user_id is not None and user_id.isdecimal():
        _guesses[key] = int(user_id)


class Middleware(AuthenticationMiddleware):
    """Django's, which reads the person in a statement of its own only where the guess does not hold."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _user(request))  # type: ignore[assignment]


def _user(request: Any) -> Any:
    if not hasattr(request, "_cached_user"):
        person = _guessed(request)
        request._cached_user = auth.get_user(request) if person is None else person
    return request._cached_user


def _guessed(request: Any) -> Any:
    """The person read with the session, if every check passes that `auth.get_user` makes; else None."""
    session = request.session
    user_id, way, proof = (
        session.get(name) for name in (auth.SESSION_KEY, auth.BACKEND_SESSION_KEY, auth.HASH_SESSION_KEY)
    )
    person = getattr(session, "person", None)
    if person is None or str(person.pk) != user_id or way not in settings.AUTHENTICATION_BACKENDS:
        return None
    backend: Any = auth.load_backend(way)
    genuine = bool(proof) and constant_time_compare(proof, person.get_session_auth_hash())
    return person if genuine and backend.user_can_authenticate(person) else None
