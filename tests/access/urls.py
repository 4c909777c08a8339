"""Every way in which a list of URLs goes on: patterns, includes and named groups."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RegexPattern


@dataclass(frozen=True)
class Address:
    """One URL pattern: its view, its name, and a path with something plausible in each placeholder."""

    view: Any
    name: str
    path: str
    placeholders: bool


PLAUSIBLE = {"int": "1", "uuid": str(uuid.UUID(int=1)), "slug": "x", "str": "x", "path": "x"}
REGEX_PATHS = {"account_reset_password_from_key": "accounts/password/reset/key/1-x/"}


def addresses() -> list[Address]:
    """Every address of the project, packages included."""
    return list(_walk(get_resolver().url_patterns, "/", ""))


def _walk(patterns: list[Any], before: str, namespace: str, nested: bool = False) -> Iterator[Address]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            placeholders = nested or bool(entry.pattern.converters)
            yield from _walk(entry.url_patterns, before + _path(entry), inner, placeholders)
        elif isinstance(entry, URLPattern):
            if isinstance(entry.pattern, RegexPattern) and entry.name in REGEX_PATHS:
                yield Address(entry.callback, entry.name, "/" + REGEX_PATHS[entry.name], True)
            else:
                name = namespace + (entry.name or "")
                placeholders = nested or bool(entry.pattern.converters)
                yield Address(entry.callback, name, before + _path(entry), placeholders)


def _path(entry: Any) -> str:
    text = str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix(r"\Z")
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        text = text.replace(f"<{kind}:{name}>", PLAUSIBLE.get(kind, "x")).replace(f"<{name}>", "x")
    return text.replace("(?P<format>\\.[a-z0-9]+/?)", ".json").replace("(?P<pk>[^/.]+)", PLAUSIBLE["uuid"])
