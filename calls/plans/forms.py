"""What is typed in the editor, between the fields of a page and the JSON of a plan.

A step, waiting and each end is a form of its own. Words have a field for each language (`text-nb`, `sound-nb`,
`file-nb`), the keys of a menu a number before their names (`0-key`, `0-to`), and pressing nothing `default-`.
"""

import re
from collections.abc import Mapping
from typing import Any

from calls.plans.faults import LONGEST_TEXT
from calls.plans.script import ENDS, RINGS, RULES, THENS

Content = dict[str, Any]
Fields = Mapping[str, Any]
_MOST_ROWS = 12


def read(place: str, kind: str, fields: Fields, languages: list[str]) -> Content:
    """The JSON of what was typed about a step of this kind, about "waiting", or about an "end-…"."""
    if place == "waiting":
        return {
            "position": bool(fields.get("position")),
            "expected": bool(fields.get("expected")),
            "every": _number(fields.get("every")) or 0,
            "words": words(fields, languages),
        }
    if place.startswith("end-"):
        return _end(fields, languages)
    facts: Content = {"words": words(fields, languages)}
    if kind == "notice":
        return facts
    rows = range(min(_number(fields.get("rows")) or 0, _MOST_ROWS))
    if kind == "language":
        keys = [{"key": _line(fields, f"{n}-key", 1), "language": _line(fields, f"{n}-language", 8)} for n in rows]
        return facts | {"keys": keys, "default": _line(fields, "default", 8)}
    keys = [
        {"key": _line(fields, f"{n}-key", 1), "name": _line(fields, f"{n}-name", 60)}
        | target(fields, f"{n}-", languages)
        for n in rows
    ]
    return facts | {"name": _line(fields, "name", 60), "keys": keys, "default": target(fields, "default-", languages)}


def words(fields: Fields, languages: list[str], before: str = "") -> Content:
    return {
        code: {
            "text": _clean(fields.get(f"{before}text-{code}", ""))[: LONGEST_TEXT + 1],
            "sound": _line(fields, f"{before}sound-{code}", 43),
        }
        for code in languages
    }


def target(fields: Fields, before: str, languages: list[str]) -> Content:
    """Where a key leads: the choice names a menu or a hotline behind a colon."""
    to, _colon, which = _line(fields, f"{before}to", 60).partition(":")
    if to == "menu":
        return {"to": to, "menu": which}
    if to == "hotline":
        return {"to": to, "hotline": _number(which)}
    if to == "answer":
        return {"to": to, "words": words(fields, languages, before)}
    if to != "queue":
        return {"to": to}
    skills = [skill.strip()[:40] for skill in _line(fields, f"{before}skills", 200).split(",")]
    return {
        "to": to,
        "topic": _number(fields.get(f"{before}topic")),
        "skills": [skill for skill in skills if skill],
        "priority": max(-5, min(5, _number(fields.get(f"{before}priority")) or 0)),
    }


def _end(fields: Fields, languages: list[str]) -> Content:
    to, _colon, which = _line(fields, "to", 60).partition(":")
    facts: Content = {"to": to if to in ENDS else "usual"}
    if to == "hotline":
        facts["hotline"] = _number(which)
    if to in ("voicemail", "goodbye", "telephone"):
        facts["words"] = words(fields, languages)
    if to == "telephone":
        facts |= _telephone(fields)
    if "after" in fields:
        facts["after"] = min(_number(fields.get("after")) or 0, 99_999)
    return facts


def _telephone(fields: Fields) -> Content:
    """The fields of a telephone stand there once it is chosen: before, it is as usual."""
    if "number" not in fields:
        return {"number": "", "name": "", "rings": RINGS, "asks": True, "then": "voicemail"}
    then = _line(fields, "then", 20)
    return {
        "number": _line(fields, "number", 40),
        "name": _line(fields, "telephone-name", 60),
        "rings": min(_number(fields.get("rings")) or 0, 99_999),
        "asks": bool(fields.get("asks")),
        "then": then if then in THENS else "",
    }


def is_end(place: str) -> bool:
    return place.startswith("end-") and place.removeprefix("end-") in RULES


def _line(fields: Fields, name: str, longest: int) -> str:
    return re.sub(r"\s+", " ", _clean(fields.get(name, ""))).strip()[:longest]


def _clean(text: Any) -> str:
    return str(text).replace("\0", "").replace("\r\n", "\n")


def _number(text: Any) -> int | None:
    text = str(text or "").strip()
    return int(text) if re.fullmatch(r"-?\d{1,9}", text, re.ASCII) else None
