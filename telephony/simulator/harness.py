"""A simulator of one's own for a test: started on a free port, stopped by its process id, gone with its parent."""

import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from telephony.simulator.phone import Control

ROOT = Path(__file__).resolve().parent.parent.parent


class Box:
    """A simulator process. Use as a context manager, or start() and stop()."""

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str,
        webhook_base: str = "",
        speed: float = 20.0,
        data_dir: str | Path = "",
        port: int = 0,
        vocabulary: str | Path = "",
        clock: str | Path = "",
        conductor: str | Path = "",
    ) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.webhook_base, self.speed, self.data_dir, self.port = webhook_base, speed, str(data_dir), port
        self.vocabulary = str(vocabulary)
        self.clock, self.conductor = str(clock), str(conductor)
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "telephony.simulator", "--port", str(self.port), "--until-stdin-closes"]
        command += ["--speed", str(self.speed)]
        for option, value in (
            ("--webhook-base", self.webhook_base),
            ("--data-dir", self.data_dir),
            ("--vocabulary", self.vocabulary),
            ("--clock", self.clock),
            ("--conductor", self.conductor),
        ):
            command += [option, value] if value else []
        return command

    def start(self) -> "Box":
        """Start it and wait for its ready line. Raises RuntimeError when it does not come up."""
        environment = {
            **os.environ,
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if "ready on " not in line:
            self.stop()
            raise RuntimeError(f"the simulator did not start: {line!r}")
        self.url = line.split("ready on ")[1].split()[0]
        return self

    @property
    def control(self) -> Control:
        return Control(self.url)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
        self.stop()

    def stop(self) -> None:
        """End it by its process id, and wait for it."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process = None

    def __enter__(self) -> "Box":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
