"""From the command to the first page: in a fresh clone, whose packages are installed from the cache of pip; with an empty
folder of data once they are; and with what the first start left."""

import os
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.ground import Ground, free_port

PATIENCE = 300.0


def run(ground: Ground) -> dict[str, Any]:
    """Seconds until the sign-in page answers, and until Ctrl-C has ended everything."""
    clone = ground.home / "clone"
    subprocess.run(["git", "clone", "-q", str(Path(__file__).parent.parent), str(clone)], check=True)
    with_install, _ = _once(clone)
    shutil.rmtree(clone / "var")
    cold, _ = _once(clone)
    again, stopped = _once(clone)
    return {
        "with the install, s": with_install,
        "with an empty folder of data, s": cold,
        "again, s": again,
        "to stop, s": stopped,
    }


def _once(clone: Path) -> tuple[float, float]:
    port, began = free_port(), time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],
        cwd=clone,
        env=_environment(port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _until_a_page(f"http://127.0.0.1:{port}/accounts/login/", process)
        opened = time.monotonic() - began
        time.sleep(5)  # the rest of it has started too
    finally:
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does with Ctrl-C
        process.wait(30)
    return opened, time.monotonic() - began


def _environment(port: int) -> dict[str, str]:
    """What the benchmark set for itself would lead the system to its database."""
    ours = ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "LOG_LEVEL", "MAKELEVEL")
    kept = {name: value for name, value in os.environ.items() if name not in ours and not name.startswith("TWILIO_")}
    return kept | {"PORT": str(port)}


def _until_a_page(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("no page came")
