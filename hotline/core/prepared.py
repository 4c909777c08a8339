"""Statements that PostgreSQL plans once a connection: for the few that a caller waits for, where planning costs more
than running."""

import re
from typing import Any
from weakref import WeakSet

from django.db import connection

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Prepared:
    """A statement with `%(name)s` placeholders, and the SQL type of each.

    Needs a connection of its own, or a pooler in session mode: transaction pooling forgets what was prepared.
    """

    def __init__(self, name: str, sql: str, types: dict[str, str]) -> None:
        self.name = name
        self.sql = sql
        self.names = list(types)
        numbered = _PLACEHOLDER.sub(lambda match: f"${self.names.index(match[1]) + 1}", sql).replace("%%", "%")
        self._prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {numbered}"
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * len(self.names))})"
        self._known: WeakSet[Any] = WeakSet()

    def fetch(self, values: dict[str, Any]) -> tuple[Any, ...] | None:
        """Run it, and give its first row or None."""
        connection.ensure_connection()
        raw = connection.connection
        with connection.wrap_database_errors, raw.cursor() as cursor:
            self._make_known(raw, cursor)
            cursor.execute(self._execute, [values[name] for name in self.names])
            return cursor.fetchone()

    def rows(self, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run it, and give all its rows; counted among Django's queries."""
        with connection.cursor() as counted:
            raw = connection.connection
            with connection.wrap_database_errors, raw.cursor() as cursor:
                self._make_known(raw, cursor)
            counted.execute(self._execute, [values[name] for name in self.names])
            return counted.fetchall()

    def _make_known(self, raw: Any, cursor: Any) -> None:
        if raw not in self._known:
            cursor.execute(self._prepare)
            self._known.add(raw)
