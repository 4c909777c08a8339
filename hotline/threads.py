"""A WSGI application under ASGI: each request in a thread, its answer handed to the event loop in one step.

An answer of unknown length, or a long one, goes piece by piece instead, each piece when the one before was taken.
"""

import asyncio
import contextvars
from collections.abc import Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from a2wsgi.wsgi import Body, build_environ

from hotline.core.live_stream import Receive, Scope, Send

WHOLE_BYTES = 256 * 1024
Message = MutableMapping[str, Any]


class Threads:
    """The application, and the threads that its requests have; at most `workers` of them run at once."""

    def __init__(self, application: Callable[..., Iterable[bytes]], workers: int) -> None:
        self.application = application
        self._threads = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="WSGI")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        environ = build_environ(scope, Body(loop, receive))

        async def sent(message: Message) -> None:
            await send(message)

        def passed_on(message: Message) -> None:
            asyncio.run_coroutine_threadsafe(sent(message), loop).result()

        # Within a copy of the context, so that what a thread sets for one request is gone at the next.
        run = contextvars.copy_context().run
        for message in await loop.run_in_executor(self._threads, run, self._answer, environ, passed_on):
            await send(message)

    def _answer(self, environ: dict[str, Any], passed_on: Callable[[Message], None]) -> list[Message]:
        """Messages that are yet to be sent; the others went through `passed_on`."""
        heads: list[Message] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            heads.append(_head(status, headers))

        parts = self.application(environ, start_response)
        try:
            if _is_whole(parts, heads[0]):
                return [heads[0], {"type": "http.response.body", "body": b"".join(parts)}]
            passed_on(heads[0])
            for part in parts:
                passed_on({"type": "http.response.body", "body": part, "more_body": True})
            return [{"type": "http.response.body", "body": b""}]
        finally:
            getattr(parts, "close", lambda: None)()


def _head(status: str, headers: list[tuple[str, str]]) -> Message:
    told = [(name.strip().lower().encode("latin1"), value.strip().encode("latin1")) for name, value in headers]
    return {"type": "http.response.start", "status": int(status[:3]), "headers": told}


def _is_whole(parts: Iterable[bytes], head: Message) -> bool:
    if not getattr(parts, "streaming", True):
        return True
    length = dict(head["headers"]).get(b"content-length", b"")
    return length.isdigit() and int(length) <= WHOLE_BYTES
