"""`manage.py simulator` and `manage.py phone`."""

import os
import subprocess
import sys
from pathlib import Path

from tests.simulator.application import Application
from tests.simulator.test_twiml_verbs import NUMBER, document

ROOT = Path(__file__).resolve().parent.parent.parent


def manage(*arguments: str, **facts) -> subprocess.Popen[str]:
    command = [sys.executable, "manage.py", *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "hotline.settings", **facts}
    return subprocess.Popen(command, cwd=ROOT, text=True, env=environment, **pipes)


def test_a_call_from_the_command_line(control, application: Application) -> None:
    application.pages["/voice/"] = document("<Say>Hello from the hotline</Say>")
    with manage("phone", "dial", NUMBER, "--caller", "anonymous", "--simulator", control.url) as process:
        heard, trouble = process.communicate(timeout=60)
    assert process.returncode == 0, trouble
    assert "Hello from the hotline" in heard and "completed" in heard
    assert application.to("/voice/")[0]["From"] == "anonymous"


def test_the_simulator_says_when_it_is_ready_and_stops_on_sigterm() -> None:
    with manage("simulator", "--port", "0") as process:
        assert process.stdout is not None
        assert "ready on http://127.0.0.1:" in process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 0


def test_a_port_in_use_is_one_sentence(control) -> None:
    port = control.url.rpartition(":")[2]
    with manage("simulator", "--port", port) as process:
        _, trouble = process.communicate(timeout=60)
    assert process.returncode == 1
    assert trouble.strip() == f"The simulator cannot listen on port {port}: Address already in use"
