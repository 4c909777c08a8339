"""Plans for tests, in a line or two."""

from typing import Any

from django.utils import timezone

from calls.plans import editing
from calls.plans.models import CallPlan
from lines.models import Hotline


def words(**texts: str) -> dict[str, Any]:
    return {code: {"text": text, "sound": ""} for code, text in texts.items()}


def notice(name: str = "n", **texts: str) -> dict[str, Any]:
    return {"id": name, "kind": "notice", "words": words(**texts or {"en": "Welcome."})}


def languages(default: str = "en") -> dict[str, Any]:
    keys = [{"key": "1", "language": "en"}, {"key": "2", "language": "nb"}]
    said = words(en="For English, press 1.", nb="For norsk, trykk 2.")
    return {"id": "l", "kind": "language", "words": said, "keys": keys, "default": default}


def key(digit: str, to: str = "queue", **more: Any) -> dict[str, Any]:
    return {"key": digit, "name": more.pop("name", f"Key {digit}"), "to": to, **more}


def menu(name: str = "m", *keys: dict[str, Any], default: Any = None, **texts: str) -> dict[str, Any]:
    said = words(**texts or {"en": f"This is menu {name}.", "nb": f"Dette er meny {name}."})
    return {"id": name, "kind": "menu", "name": name, "words": said, "keys": list(keys or [key("1")]),
            "default": default or {"to": "queue"}}  # fmt: skip


def content(*steps: dict[str, Any], waiting: Any = None, **ends: Any) -> dict[str, Any]:
    return {"steps": list(steps), "waiting": waiting or {}, "ends": ends}


def put_in_force(hotline: Hotline, *steps: dict[str, Any], waiting: Any = None, **ends: Any) -> CallPlan:
    """Publish a plan through the door people use: a draft, its faults, the publishing."""
    at = timezone.now()
    with editing._draft(hotline, by=None, at=at) as draft:
        draft.content = content(*steps, waiting=waiting, **ends)
    return editing.publish(hotline, note="", by=None, at=at)
