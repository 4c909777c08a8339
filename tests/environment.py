"""Loaded before Django: a PostgreSQL of the tests' own, unless DATABASE_URL names one, and fixed credentials."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

_TESTS = Path(__file__).parent
ACCOUNT_SID = "AC" + "0" * 31 + "1"
AUTH_TOKEN = "t" * 32

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ["PUBLIC_URL"] = "http://testserver"
os.environ["TWILIO_ACCOUNT_SID"] = ACCOUNT_SID
os.environ["TWILIO_AUTH_TOKEN"] = AUTH_TOKEN
os.environ["HOTLINE_DEMO"] = "0"
if "STATIC_ROOT" not in os.environ:  # whitenoise warns of a folder that is not there
    os.environ["STATIC_ROOT"] = tempfile.mkdtemp(prefix="hotline-test-static-")
    atexit.register(shutil.rmtree, os.environ["STATIC_ROOT"], ignore_errors=True)


def _own_database() -> None:
    """Start a throw-away server before Django reads its settings; each xdist worker shares its parent's."""
    if "DATABASE_URL" in os.environ:
        return
    from hotline.launcher.postgres import Postgres

    home = Path(tempfile.mkdtemp(prefix="hotline-test-"))
    home.chmod(0o755)
    server = Postgres(
        home / "pg",
        settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"},
    )
    server.start()
    os.environ["DATABASE_URL"] = server.url()

    def stop() -> None:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)


# Files go to workers whole. Those that wait for real telephones and processes come first, so that no worker is left
# with one of them when all others are done.
LONGEST_FIRST = ("flows", "launcher", "faults", "races", "simulation", "simulator", "hotline", "telephony", "desk")


def pytest_collection_modifyitems(items: list[Any]) -> None:
    places = {folder: place for place, folder in enumerate(LONGEST_FIRST)}

    def place(item: Any) -> tuple[int, int]:
        within = item.path.relative_to(_TESTS).parts
        return places.get(within[0], len(places)), within[-1] not in ("test_table.py", "test_life.py")

    items.sort(key=place)


_own_database()
