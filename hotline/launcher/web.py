"""The web process of `make run`: loads the application at once, and lets people in when the database is ready."""

import argparse
import importlib
import os

import uvicorn

GRACE_SECONDS = 2  # for open streams and requests in hand, when told to stop


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m hotline.launcher.web")
    parser.add_argument("--door", type=int, required=True, help="the listening socket")
    parser.add_argument("--gate", type=int, required=True, help="a pipe whose other end is closed when all is ready")
    options = parser.parse_args()
    application = importlib.import_module("hotline.asgi").application  # seconds, while the database is migrated
    os.read(options.gate, 1)
    uvicorn.run(
        application,
        fd=options.door,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    main()
