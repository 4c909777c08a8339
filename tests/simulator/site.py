"""What the web process is to a browser: static files, one page and the simulator behind one origin."""

import asyncio
import socket
import threading
from pathlib import Path

import uvicorn

from telephony.simulator import proxy

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = {".js": b"text/javascript", ".css": b"text/css", ".svg": b"image/svg+xml"}


class Site:
    """Static files, one page and the simulator behind one origin: what the web process is to a browser."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(
            self.app, interface="asgi3", log_level="error", lifespan="off", timeout_graceful_shutdown=1, ws="none"
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        await self.server.serve(sockets=[self.socket])
        await proxy.close()

    async def app(self, scope, receive, send) -> None:
        if scope["path"].startswith("/simulator/"):
            await proxy.proxy(scope, receive, send)
            return
        static = ROOT / scope["path"].lstrip("/")
        kind, body = b"text/html", self.page.encode()
        if scope["path"].startswith("/static/") and static.is_file():
            kind = KINDS.get(static.suffix, b"application/octet-stream")
            body = static.read_bytes()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": body})

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(5)
        self.socket.close()
