"""The web process on a virtual clock."""

import uvicorn


def run(port: str) -> None:
    uvicorn.run(
        "hotline.asgi:application",
        host="127.0.0.1",
        port=int(port),
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
    )
