"""Whether the database still has to be migrated, found out without loading Django: it saves a second per start."""

import hashlib
import json
from contextlib import closing
from pathlib import Path

import psycopg2

from hotline.launcher.configuration import BASE_DIR, write_private


def _files() -> str:
    """A fingerprint of every migration of ours, and of the pins that decide those of the packages."""
    fingerprint = hashlib.sha256((BASE_DIR / "requirements.txt").read_bytes())
    ours = [*BASE_DIR.glob("*/migrations/*.py"), *BASE_DIR.glob("hotline/*/migrations/*.py")]
    for path in sorted(ours):
        fingerprint.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return fingerprint.hexdigest()


def _applied(database_url: str) -> str | None:
    """A fingerprint of what the database says was applied, or None if it says nothing."""
    try:
        with closing(psycopg2.connect(database_url, connect_timeout=3)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
            return hashlib.sha256(json.dumps(cursor.fetchall()).encode()).hexdigest()
    except psycopg2.Error:
        return None


def _stamp(data_dir: Path) -> Path:
    return data_dir / "schema.json"


def up_to_date(database_url: str, data_dir: Path) -> bool:
    """Whether files and database are both just as they were after the last migration that we ran."""
    try:
        remembered = json.loads(_stamp(data_dir).read_text())
    except (OSError, ValueError):
        return False
    applied = _applied(database_url)
    return applied is not None and remembered == {"files": _files(), "applied": applied}


def remember(database_url: str, data_dir: Path) -> None:
    """Keep what `up_to_date` compares with."""
    applied = _applied(database_url)
    if applied is not None:
        write_private(_stamp(data_dir), json.dumps({"files": _files(), "applied": applied}))
