"""`make bench`: every benchmark, or those named; prints figures and ratios, and writes them to var/bench.json."""

import importlib
import json
import sys
from pathlib import Path

from bench.ground import Ground

ALL = ["webhook", "matching", "ringing", "streams", "burst", "rush", "desks", "vitals", "register", "simulate"]


def show(name: str, result: dict, indent: str = "  ") -> None:
    print(f"{name}")
    for key, value in result.items():
        if isinstance(value, dict):
            print(
                f"{indent}{key}: "
                + ", ".join(f"{k} {v:.2f}" if isinstance(v, float) else f"{k} {v}" for k, v in value.items())
            )
        else:
            print(f"{indent}{key}: {value:.2f}" if isinstance(value, float) else f"{indent}{key}: {value}")


def main() -> None:
    chosen = sys.argv[1:] or ALL
    results = {}
    for name in chosen:
        ground = Ground().start() if name == chosen[0] else None
        if ground is None:
            # Settings are read once a process: each further benchmark has a process of its own.
            import subprocess

            subprocess.run([sys.executable, "-m", "bench", name], check=True)
            results[name] = json.loads(Path("var/bench.json").read_text())[name]
            continue
        try:
            results[name] = importlib.import_module(f"bench.{name}").run(ground)
        finally:
            ground.stop()
        show(name, results[name])
    Path("var").mkdir(exist_ok=True)
    Path("var/bench.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
