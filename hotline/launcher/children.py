"""Starting child processes that never outlive us, as an ordinary user when we are root."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

_PR_SET_PDEATHSIG = 1


def unprivileged() -> pwd.struct_passwd | None:
    """The user that database servers run as: `nobody` when we are root (they refuse root), else None: ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def dies_with_us(sig: int) -> Callable[[], None]:
    """A preexec function: the kernel sends the child `sig` when we die, even by kill -9 (Linux; elsewhere nothing)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def preexec() -> None:
        os.setpgid(0, 0)  # a Ctrl-C in the terminal reaches us alone; we stop the children in order
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)

    return preexec


def spawn(command: list[str], *, death_signal: int = signal.SIGTERM, drop: bool = False, **kwargs: Any) -> "subprocess.Popen[bytes]":
    """Start a direct child. `drop` runs it as `nobody` when we are root."""
    user = unprivileged() if drop else None
    if user is not None:
        kwargs.update(user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    return subprocess.Popen(command, preexec_fn=dies_with_us(death_signal), stdin=subprocess.DEVNULL, **kwargs)  # noqa: PLW1509, S603
