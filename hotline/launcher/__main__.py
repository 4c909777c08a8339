"""`python -m hotline.launcher`: what `make run` does."""

import argparse
import os
import signal
import sys
from types import FrameType

from hotline.launcher import ground
from hotline.launcher.children import CannotStart, die_with_parent
from hotline.launcher.configuration import data_dir_of, read
from hotline.launcher.launch import Launch, Stop
from hotline.launcher.terminal import say


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


def _listen_for(signals: list[signal.Signals], handler: "signal.Handlers | object") -> None:
    for each in signals:
        signal.signal(each, handler)  # type: ignore[arg-type]


def _run(*, demo: bool) -> int:
    given = dict(os.environ)
    data_dir = data_dir_of(given)
    ground.own_folder(data_dir)
    lock = ground.Lock(data_dir)
    try:
        ground.room(data_dir)
        configuration = read(given, demo=demo)
        door = ground.listening_socket(configuration.host, configuration.port, patient=lock.unclean)
        return _watch(Launch(configuration, door))
    finally:
        lock.release()


def _watch(launch: Launch) -> int:
    asked = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    _listen_for(asked, _stop)
    try:
        launch.run()
    except Stop:
        say("Stopping")
    finally:
        _listen_for(asked, signal.SIG_IGN)
        launch.stop()
    say("Stopped; nothing is lost, and the next start goes on from here")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m hotline.launcher", description="Run the whole hotline here.")
    parser.add_argument("--no-demo", action="store_true", help="no demo data and no simulated carrier")
    options = parser.parse_args()
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)  # a killed make leaves nothing running behind it
    try:
        return _run(demo=not options.no_demo)
    except CannotStart as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
