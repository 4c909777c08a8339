"""A port that misbehaves: passes through, refuses, or accepts and never answers."""

import contextlib
import socket
import threading
from typing import Any


class Chaos:
    """A TCP proxy before `target` (a host and port, or None). `mode`: "pass", "refuse", "blackhole"."""

    def __init__(self, target: tuple[str, int] | None, mode: str = "pass") -> None:
        self.target, self.mode = target, mode
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.accepted = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def become(self, mode: str) -> None:
        """Change what happens from now on; connections that stand are cut unless they fall into the hole."""
        self.mode = mode
        if mode == "refuse":
            self._cut()

    def close(self) -> None:
        self.mode = "refuse"
        self._server.close()
        self._cut()

    def _cut(self) -> None:
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            self.accepted += 1
            self._open.append(near)
            if self.mode == "refuse":
                near.close()
            elif self.mode == "pass" and self.target:
                far = socket.create_connection(self.target)
                self._open.append(far)
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: Any, other: Any) -> None:
        try:
            while data := one.recv(65536):
                if self.mode == "blackhole":
                    continue  # swallowed: the other side waits for ever
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
