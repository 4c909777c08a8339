"""The demo's call plan: the admissions office asks what a call is about. Whoever presses nothing gets through."""

from datetime import datetime, timedelta
from typing import Any

from calls.models import Topic
from calls.plans.models import CallPlan
from lines.models import Hotline

State = CallPlan.State
_WELCOME = "Welcome to the admissions office of Thornbury University."
_MENU = (
    "To apply, press 1. If you have applied already, press 2. For fees and scholarships, press 3. "
    "To hear when we are open, press 4. For anything else, just wait."
)
_HOURS = "We are open from nine to five, Monday to Friday, in United Kingdom time."
_WAITING = "Most answers are on our web site, under Applying. We will be with you as soon as we can."


def plan_admissions(hotline: Hotline, topics: dict[str, Topic], at: datetime) -> None:
    """Two versions: one that only greeted, and the one in force."""
    first = {"steps": [_notice()], "waiting": {}, "ends": {}}
    second = {"steps": [_notice(), _menu(topics)], "waiting": _waiting(), "ends": _ends()}
    began, changed = at - timedelta(days=40), at - timedelta(days=12)
    CallPlan.objects.bulk_create([
        CallPlan(hotline=hotline, version=1, state=State.PAST, content=first, note="The greeting we always had",
                 changed_at=began, published_at=began, past_at=changed),
        CallPlan(hotline=hotline, version=2, state=State.PUBLISHED, content=second, note="Ask what the call is about",
                 changed_at=changed, published_at=changed),
    ])  # fmt: skip


def _words(text: str) -> dict[str, Any]:
    return {"en": {"text": text, "sound": ""}}


def _notice() -> dict[str, Any]:
    return {"id": "s1", "kind": "notice", "words": _words(_WELCOME)}


def _menu(topics: dict[str, Topic]) -> dict[str, Any]:
    keys = [("1", "Applying", "How to apply", 0), ("2", "Has applied", "Status", 1), ("3", "Money", "Fees", 0)]
    asked: list[dict[str, Any]] = [
        {"key": key, "name": name, "to": "queue", "topic": topics[topic].pk, "skills": [], "priority": priority}
        for key, name, topic, priority in keys
    ]
    asked.append({"key": "4", "name": "Opening hours", "to": "answer", "words": _words(_HOURS)})
    default: dict[str, Any] = {"to": "queue", "topic": None, "skills": [], "priority": 0}
    return {"id": "s2", "kind": "menu", "name": "What is it about", "words": _words(_MENU), "keys": asked,
            "default": default}  # fmt: skip


def _waiting() -> dict[str, Any]:
    return {"position": True, "expected": True, "every": 60, "words": _words(_WAITING)}


def _ends() -> dict[str, Any]:
    full = "All our lines are taken. Please call again in a few minutes. Goodbye."
    lodge = {
        "to": "telephone", "number": "+442079460150", "name": "Porters’ lodge", "rings": 25, "asks": True,
        "then": "goodbye", "words": _words("The admissions office is closed. We ring the porters’ lodge for you."),
    }  # fmt: skip
    return {"full": {"to": "goodbye", "words": _words(full)}, "closed": lodge}
