"""Writing many rows at once with PostgreSQL's COPY: several times as fast as INSERTs of the same rows."""

import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import AutoField, Model

Row = TypeVar("Row")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_in(model: type[Model], rows: Iterable[Row]) -> Sequence[Row]:
    """Insert new rows, giving each a primary key if its table counts them; the rows. Sends no signals.

    A row is an instance, or anything else with the names of the model's columns.
    """
    made = list(rows)
    key = model._meta.pk
    if isinstance(key, AutoField):
        for row, number in zip(made, _numbers(model, len(made)), strict=True):
            setattr(row, key.attname, number)
    names = [field.attname for field in model._meta.concrete_fields]
    columns = [connection.ops.quote_name(field.attname) for field in model._meta.concrete_fields]
    text = "".join("\t".join([_text(getattr(row, name)) for name in names]) + "\n" for row in made)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN", io.StringIO(text))
    return made


def _numbers(model: type[Model], count: int) -> list[int]:
    assert model._meta.pk is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, count],
        )
        return [number for (number,) in cursor.fetchall()]


def _text(value: Any) -> str:
    """A value in COPY's text format."""
    if value is None:
        return "\\N"
    if type(value) is str:
        return value.translate(_ESCAPES)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value).translate(_ESCAPES)
    if isinstance(value, list):
        return "{" + ",".join(json.dumps(each) for each in value).translate(_ESCAPES) + "}"
    return str(value).translate(_ESCAPES)
