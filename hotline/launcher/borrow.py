"""`python -m hotline.launcher.borrow check …`: one management command on a database of its own, thrown away after."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline.launcher.configuration import BASE_DIR
from hotline.launcher.postgres import Postgres

_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "100"}


@contextmanager
def database() -> Iterator[str]:
    """The DATABASE_URL of an empty database: the one that is set, or a server of our own for as long as this lasts."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    home = Path(tempfile.mkdtemp(prefix="hotline-borrowed-"))
    home.chmod(0o755)
    server = Postgres(home / "pg", settings=_FAST)
    server.start()
    try:
        yield server.url()
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    with database() as url:
        environment = {"SECRET_KEY": "borrowed-" + os.urandom(30).hex(), **os.environ, "DATABASE_URL": url}
        command = [sys.executable, str(BASE_DIR / "manage.py"), *sys.argv[1:]]
        return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
