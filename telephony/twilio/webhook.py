"""The door of every webhook: size, form, signature, time, and a spoken answer when the database is away."""

import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from hotline.core import access
from hotline.core.deadline import database_deadline
from telephony.twilio import signature

MAX_BYTES = 262_144
MAX_FIELDS = 200
# A caller hears our apology 5 s after the request at the latest. A try is cut after this many seconds; making a
# connection may take 2 s more, and then there is no time for a second try.
TRY_SECONDS = 2.2
CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
log = logging.getLogger(__name__)
counts = {"accepted": 0, "forged": 0, "malformed": 0, "without_database": 0}


@dataclass(frozen=True)
class Post:
    """One genuine webhook: its form, and when it reached us."""

    form: dict[str, str]
    at: datetime

    def get(self, name: str) -> str:
        return self.form.get(name, "")

    @property
    def call_sid(self) -> str:
        return self.get("CallSid")

    @property
    def stamped(self) -> datetime | None:
        """The carrier's own time of the event, whole seconds, if it is one."""
        try:
            moment = parsedate_to_datetime(self.get("Timestamp"))
        except (TypeError, ValueError, IndexError):
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def left_first(self) -> str:
        """Who ended a conference, at the end of somebody's part in it: "caller" while their own leg still lives, else
        "operator" for themselves; "" if the carrier does not say."""
        return {"in-progress": "caller", "completed": "operator"}.get(self.get("CallStatus"), "")

    def seconds(self, name: str) -> int | None:
        """A whole number of seconds, or None if absent or nonsense."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


View = Callable[..., str | HttpResponse]


def document(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/xml; charset=utf-8")


def webhook(trouble: Callable[..., str] | None = None, *, needs_call: bool = True) -> Any:
    """Guard a view. It gets a `Post` and answers TwiML; "" is answered as 204.

    Refuses with an empty 403 what is not signed, with 400 what has no proper CallSid, with 413 what is too large. If
    the database fails twice, `trouble(request, ...)` gives a spoken answer: a caller never meets silence. Without one
    (status callbacks, where nobody listens) the answer is an honest 503.
    """

    def wrap(view: View) -> Any:
        @csrf_exempt
        @access.signed
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            form = _genuine_form(request)
            if isinstance(form, HttpResponse):
                return form
            post = Post(form, timezone.now())
            if needs_call and not CALL_SID.fullmatch(post.call_sid):
                return _refuse(400, "malformed")
            counts["accepted"] += 1
            return _answer(view, trouble, request, post, args, kwargs)

        return guarded

    return wrap


def _answer(  # noqa: PLR0917
    view: View, trouble: Any, request: HttpRequest, post: Post, args: Any, kwargs: Any
) -> HttpResponse:
    began = time.monotonic()
    for attempt in (1, 2):
        try:
            with database_deadline(TRY_SECONDS):
                answer = view(request, post, *args, **kwargs)
            if isinstance(answer, HttpResponse):
                return answer
            return document(answer) if answer else HttpResponse(status=204)
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if attempt == 2 or time.monotonic() - began > TRY_SECONDS + 0.5:
                log.warning("a webhook was answered without the database: %s", error.__class__.__name__)
                break
        except DatabaseError as error:
            connection.close()
            log.error("a webhook could not be written: %s", error.__class__.__name__)
            break
    counts["without_database"] += 1
    if trouble is None:
        return HttpResponse(status=503)
    return document(trouble(request, *args, **kwargs))


def _refuse(status: int, why: str) -> HttpResponse:
    counts[why] += 1
    return HttpResponse(status=status)


def _genuine_form(request: HttpRequest) -> dict[str, str] | HttpResponse:  # noqa: PLR0911 - one exit a refusal
    """The parameters of a signed request, or the refusal. Values that came twice keep the last."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BYTES:
        return _refuse(413, "malformed")
    url = settings.PUBLIC_URL + request.get_full_path()
    given = request.META.get("HTTP_X_TWILIO_SIGNATURE", "")
    if request.method == "GET":
        return _query(request) if signature.genuine(url, [], given) else _refuse(403, "forged")
    if request.method != "POST":
        return _refuse(405, "malformed")
    if request.content_type == "application/json":
        return _json(request, url, given)
    try:
        pairs = parse_qsl(
            request.body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError:
        return _refuse(403 if not given else 400, "malformed")
    if not signature.genuine(url, pairs, given):
        return _refuse(403, "forged")
    return _form(pairs)


def _form(pairs: list[tuple[str, str]]) -> dict[str, str] | HttpResponse:
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        return _refuse(400, "malformed")  # PostgreSQL's text cannot hold it
    return dict(pairs)


def _query(request: HttpRequest) -> dict[str, str] | HttpResponse:
    return _form([(name, values[-1]) for name, values in request.GET.lists() if values])


def _json(request: HttpRequest, url: str, given: str) -> dict[str, str] | HttpResponse:
    digest = request.GET.get("bodySHA256", "")
    if not signature.genuine_json(url, request.body, digest, given):
        return _refuse(403, "forged")
    try:
        body = json.loads(request.body)
    except ValueError:
        return _refuse(400, "malformed")
    if not isinstance(body, dict):
        return _refuse(400, "malformed")
    return _form([(str(name), str(value)) for name, value in body.items()])
