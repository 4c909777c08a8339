"""What stands in the way of a start is said in one sentence, before anything is touched."""

import fcntl
import os
import socket
import subprocess
from pathlib import Path

import pytest

from tests.launcher.running import BASE_DIR, python_for_nobody


def sentence_of(run) -> str:
    """The one line that a refused start printed."""
    code, lines = run.ended()
    assert (code, len(lines)) == (1, 1), lines
    return lines[0]


def test_a_port_in_use_is_named_with_another_to_take(start, data_dir):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = sentence_of(start(data_dir, port=port))
    assert said.startswith(f"Port {port} is in use")
    assert f"PORT={port + 1}" in said


def test_a_folder_in_use_by_another_copy_is_named_with_its_process(start, data_dir):
    data_dir.mkdir()
    with (data_dir / "running.pid").open("w") as file:
        file.write("4711")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        said = sentence_of(start(data_dir))
    assert "process 4711" in said
    assert str(data_dir) in said


def test_a_folder_that_cannot_be_written_is_named(start, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    said = sentence_of(start(blocked / "var"))
    assert said.startswith(f"DATA_DIR {blocked / 'var'} cannot be written")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start something as another user")
def test_a_folder_of_somebody_else_is_named(start, data_dir):
    found = python_for_nobody()
    if found is None:
        pytest.skip("no Python here that an ordinary user may run")
    data_dir.mkdir(mode=0o700)
    python, environment = found
    said = sentence_of(start(data_dir, python=python, as_nobody="yes", **environment))
    assert "cannot be written (Permission denied)" in said


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_refused(start, data_dir, port):
    said = sentence_of(start(data_dir, PORT=port))
    assert said == f"PORT must be a number from 1 to 65535, not '{port}'."


@pytest.fixture
def tiny_disk(data_dir):
    """A disk of 6 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    data_dir.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(data_dir)], check=False)
    if mounted.returncode:
        pytest.skip("no disk may be mounted here")
    yield data_dir
    subprocess.run(["umount", "-l", str(data_dir)], check=True)


def test_a_disk_without_room_is_named_with_what_is_needed(start, tiny_disk):
    said = sentence_of(start(tiny_disk))
    assert said.startswith(f"The disk that holds {tiny_disk} is full: 6 MB are left and 150 MB are needed")


def test_a_disk_that_is_full_to_the_last_byte_is_named(start, tiny_disk):
    with (tiny_disk / "fill").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65536):
                pass
        except OSError:
            pass
    assert sentence_of(start(tiny_disk)) == f"The disk that holds {tiny_disk} is full: make room and start again."


def prepare(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    script = BASE_DIR / "hotline" / "launcher" / "venv.sh"
    (folder / "requirements.txt").write_text("")
    return subprocess.run(
        [str(script), "requirements.txt"], cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"], "PYTHON": python},
    )  # fmt: skip


def test_a_python_that_is_too_old_is_named(tmp_path):
    old = tmp_path / "oldpython"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 && exit 0\nexit 1\n')
    old.chmod(0o755)
    said = prepare(tmp_path, str(old))
    assert said.returncode == 1
    assert said.stderr.startswith(f"Python 3.11 or newer is needed and {old} is Python 3.9.2: install it")
    assert len(said.stderr.splitlines()) == 1


def test_a_python_without_venv_is_named_with_the_package_to_install(tmp_path):
    bare = tmp_path / "barepython"
    bare.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n')
    bare.chmod(0o755)
    said = prepare(tmp_path, str(bare))
    assert said.returncode == 1
    assert (
        said.stderr
        == f"{bare} has no venv module: install it (on Debian and Ubuntu: apt install python3-venv) and run again.\n"
    )
