"""The web process on a virtual clock: `python -m hotline.simulation.web PORT`. Only `manage.py simulate` starts it."""

import os
import sys

import uvicorn

from hotline.simulation.clock import follow

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
    follow()
    uvicorn.run(
        "hotline.asgi:application",
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
    )
