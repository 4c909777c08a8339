"""One search for everything: calls by number, name or id, answers and contacts by their words."""

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from calls import queries, register
from calls.models import Call
from calls.numbers import mask, shown
from calls.search import search as named
from hotline.core import access
from knowledge.search import search as known
from operators.permissions import hotlines_of

CALLS, LONGEST = 6, 100
_ID = re.compile(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}|CA[0-9a-fA-F]{32}")
_NUMBER = re.compile(r"[\d\s()+./-]+")


@access.needs(access.OPERATOR)
@require_GET
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """What fits, in three groups, of the hotlines the person may see. A number needs seven digits."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    hotlines = list(hotlines_of(request.user))
    groups = [*_calls(request, hotlines, text), *_knowledge(request, hotlines, text)] if text else []
    shown_groups = [(title, rows) for title, rows in groups if rows]
    count = sum(len(rows) for _title, rows in shown_groups)
    return render(
        request, "frame/_found.html", {"text": text, "groups": shown_groups, "count": count, "short": _short(text)}
    )


def _short(text: str) -> bool:
    """Digits that are too few to be searched: a masked number must not be found out one by one."""
    digits = re.sub(r"\D", "", text)
    return bool(_NUMBER.fullmatch(text)) and bool(digits) and len(digits) < register.SHORTEST_NUMBER


def _calls(request: HttpRequest, hotlines: list[int], text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    user: Any = request.user
    if _ID.fullmatch(text):
        calls = list(named(queries.visible_to(user, hotlines).filter(training=False), text)[:CALLS])
    else:
        calls = register.page(user, hotlines, register.Filter(text=text), size=CALLS).calls
    return [(_("Calls"), [_call(call) for call in calls])]


def _call(call: Call) -> dict[str, Any]:
    name, masked = shown(call), mask(call.caller_number, call.caller_kind)
    return {
        "url": reverse("calls:call", args=[call.pk]),
        "title": name,
        "more": "" if name == masked else masked,
        "hotline": call.hotline,
        "at": call.arrived_at,
    }


def _knowledge(request: HttpRequest, hotlines: list[int], text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    if _NUMBER.fullmatch(text) or _ID.fullmatch(text):
        return []
    found = known(hotlines, text, request.LANGUAGE_CODE)
    answers = [_entry(each.question, each.answer, each.hotline) for each in found.questions]
    contacts = [
        _entry(each.name, ", ".join(filter(None, (each.role, each.phone))), each.hotline) for each in found.contacts
    ]
    return [(_("Answers"), answers), (_("Contacts"), contacts)]


def _entry(title: str, more: str, hotline: Any) -> dict[str, Any]:
    url = f"{reverse('knowledge:knowledge')}?{urlencode({'q': title[:LONGEST]})}"
    return {"url": url, "title": title, "more": more, "hotline": hotline}
