"""Operators and supervisors with sessions, and browsers' streams, for the benchmarks."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import aiohttp


def operators(count: int, *lines: Any, first: int = 0) -> list[Any]:
    """Ready operators of the hotlines; `first` numbers them on from those made before."""
    from django.utils import timezone

    from operators import presence
    from operators.models import Operator, User

    made = []
    for n in range(first, first + count):
        user = User.objects.create(username=f"bench{n}", role=User.Role.OPERATOR)
        operator = Operator.objects.create(user=user, display_name=f"B {n}", identity=f"bench_{n}")
        operator.hotlines.set(lines)
        user.hotlines.set(lines)
        presence.choose(operator.pk, "ready", at=timezone.now(), by=user)
        made.append(operator)
    return made


def session_cookie(user: Any) -> str:
    """A signed-in session's cookie, as a header."""
    from django.conf import settings
    from django.test import Client

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


async def listen(
    session: aiohttp.ClientSession,
    url: str,
    cookie: str,
    topics: str,
    opened: asyncio.Event,
    heard: Callable[[float, list[str]], None],
) -> None:
    """Hold one stream, and tell `heard` the moment and the topics of each message."""
    async with session.get(f"{url}/live/stream/", params={"topics": topics}, headers={"Cookie": cookie}) as answer:
        assert answer.status == 200, answer.status
        opened.set()
        async for line in answer.content:
            if line.startswith(b"data: "):
                message = json.loads(line[6:])
                heard(time.perf_counter(), message if isinstance(message, list) else [])
