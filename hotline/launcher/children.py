"""Starting child processes that never outlive us, as an ordinary user when we are root."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """A sentence for a person: what stands in the way, and what to do."""


def unprivileged() -> pwd.struct_passwd | None:
    """The user that database servers run as: `nobody` when we are root (they refuse root), else None: ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def within_reach(path: Path) -> bool:
    """Whether the user that servers run as may walk to `path`: always, unless we are root and a folder is closed."""
    return unprivileged() is None or all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def give(path: Path, *, recursive: bool = False) -> None:
    """Hand `path` to the user that servers run as."""
    user = unprivileged()
    if user is None:
        return
    for each in [path, *(path.rglob("*") if recursive else [])]:
        os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)


def die_with_parent(sig: int) -> None:
    """Ask the kernel to send us `sig` when the thread that started us ends, even by kill -9 (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)


def _dies_with_us(sig: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def preexec() -> None:
        os.setpgid(0, 0)  # a Ctrl-C in the terminal reaches us alone; we stop the children in order
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)

    return preexec


def spawn(
    command: list[str], *, death_signal: int = signal.SIGTERM, drop: bool = False, **kwargs: Any
) -> "subprocess.Popen[bytes]":
    """Start a direct child, from the main thread alone (it dies with the thread). `drop`: as `nobody` when root."""
    user = unprivileged() if drop else None
    if user is not None:
        kwargs.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    preexec = _dies_with_us(death_signal)
    return subprocess.Popen(command, preexec_fn=preexec, stdin=subprocess.DEVNULL, **kwargs)  # noqa: PLW1509, S603
