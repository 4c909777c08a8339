"""Webhooks past the pages' middleware: they need no session, no language, no CSRF, and a caller is waiting."""

from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler

PREFIX = "/twilio/"


class WebhookHandler(WSGIHandler):
    """A WSGI application of the same project with no middleware; mount it for paths under `PREFIX` only.

    Every view there guards itself by the carrier's signature.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[object] = []
        self._template_response_middleware: list[object] = []
        self._exception_middleware: list[object] = []
        self._middleware_chain = convert_exception_to_response(self._get_response)  # type: ignore[attr-defined]
