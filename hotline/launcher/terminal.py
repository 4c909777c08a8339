"""What the person at the terminal sees: each line with its time and the part that said it."""

import os
import sys
import threading
import time

_COLOURS = {
    "hotline": "1;36",
    "web": "32",
    "switchboard": "35",
    "simulator": "33",
    "worker": "34",
    "beat": "94",
    "postgres": "90",
    "valkey": "90",
}
_WIDTH = max(map(len, _COLOURS))
_one_at_a_time = threading.Lock()


def _coloured() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def say(text: str, part: str = "hotline") -> None:
    """Print `text`, line by line, under the name of `part`. A closed terminal never stops the system."""
    head = f"{time.strftime('%H:%M:%S')} {part:<{_WIDTH}} |"
    if _coloured():
        head = f"\x1b[{_COLOURS.get(part, '0')}m{head}\x1b[0m"
    with _one_at_a_time:
        try:
            for line in text.splitlines() or [""]:
                sys.stdout.write(f"{head} {line}\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            pass
