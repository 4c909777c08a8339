"""Statements that PostgreSQL plans once a connection: for the few that a caller waits for, where planning costs more
than running."""

import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)
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


class Columns(Generic[M]):
    """The columns of a model as a prepared statement lists them, and the object that a row of them is.

    Raises TypeError, when it is made, for a model with a field that reads its column in a way of its own.
    """

    def __init__(self, model: type[M], alias: str) -> None:
        fields = model._meta.concrete_fields
        own = [field.name for field in fields if hasattr(field, "from_db_value")]
        if own:
            raise TypeError(f"{model.__name__} cannot be read so: {', '.join(own)}")
        self.model = model
        self.names = [field.attname for field in fields]
        self.sql = ", ".join(f"{alias}.{field.column}" for field in fields)

    def __len__(self) -> int:
        return len(self.names)

    def object(self, values: Sequence[Any]) -> M:
        return self.model.from_db(connection.alias, self.names, values)
