"""`make bench`: every benchmark, or those named; prints figures and ratios, and writes them to var/bench.json. Fails where
they do not keep what is promised."""

import importlib
import json
import sys
from pathlib import Path

from bench import promises
from bench.ground import Ground

ALL = [
    "start", "webhook", "matching", "ringing", "streams", "burst", "rush", "desks", "vitals", "register", "simulate",
]  # fmt: skip
BROKEN = 3  # the exit code when all was measured and a promise is not kept


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
    results, broken = {}, []
    for name in chosen:
        ground = Ground().start() if name == chosen[0] else None
        if ground is None:
            # Settings are read once a process: each further benchmark has a process of its own.
            import subprocess

            code = subprocess.run([sys.executable, "-m", "bench", name], check=False).returncode
            if code not in (0, BROKEN):
                raise SystemExit(code)
            results |= json.loads(Path("var/bench.json").read_text())
            broken += [name] if code else []
            continue
        try:
            results[name] = importlib.import_module(f"bench.{name}").run(ground)
        finally:
            ground.stop()
        show(name, results[name])
        kept = promises.broken(name, results[name])
        for promise in kept:
            print(f"  NOT KEPT: {promise}")
        broken += [name] if kept else []
    Path("var").mkdir(exist_ok=True)
    Path("var/bench.json").write_text(json.dumps(results, indent=1))
    if broken:
        print(f"Promises not kept: {', '.join(broken)}.")
        raise SystemExit(BROKEN)


if __name__ == "__main__":
    main()
