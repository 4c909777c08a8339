"""A small application for the carrier to talk to: answers by path, remembers every request."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Application:
    """`pages` maps a path to TwiML, to (status, content type, body), or to a callable over the request's form."""

    def __init__(self, pages: dict[str, Any] | None = None) -> None:
        self.pages = pages or {}
        self.requests: list[dict[str, Any]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode(errors="replace")
                parts = urlsplit(self.path)
                form = dict(parse_qsl(body, keep_blank_values=True))
                form_or_query = form or dict(parse_qsl(parts.query, keep_blank_values=True))
                request = {
                    "method": self.command,
                    "path": parts.path,
                    "form": form_or_query,
                    "url": outer.url + self.path,
                    "headers": dict(self.headers),
                }
                outer.requests.append(request)
                page = outer.pages.get(parts.path, "<Response/>")
                page = page(request) if callable(page) else page
                status, kind, text = page if isinstance(page, tuple) else (200, "text/xml", page)
                data = text if isinstance(text, bytes) else text.encode()
                self.send_response(status)
                if status in (301, 302, 303, 307, 308):
                    self.send_header("Location", text)
                    data = b""
                if kind:
                    self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_DELETE = _serve

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self.thread.start()

    def to(self, path: str, event: str = "") -> list[dict[str, Any]]:
        """The forms that came to a path, oldest first."""
        forms = [request["form"] for request in list(self.requests) if request["path"] == path]
        return [
            form for form in forms if not event or event in (form.get("CallStatus"), form.get("StatusCallbackEvent"))
        ]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
