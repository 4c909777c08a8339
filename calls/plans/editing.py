"""A plan as it is edited: a draft that is saved as one goes, published as a whole, and brought back from the past."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from calls.lifecycle import Refused
from calls.overflow_words import checked
from calls.plans.faults import Fault, faults
from calls.plans.models import CallPlan, PlanSound
from calls.plans.script import KINDS, RINGS, RULES, parse
from calls.words import word
from hotline.core.audit import record
from lines.models import Hotline
from lines.services import mark_changed

KEPT_UNUSED = timedelta(days=1)  # somebody may have it on an open page
MOST_STEPS = 30
MOST_KEYS = 12
Content = dict[str, Any]
State = CallPlan.State
_TELEPHONE = {"to": "telephone", "number": "", "name": "", "rings": RINGS, "asks": True, "then": "voicemail"}
# Beginnings that many hotlines share; the number of the telephone is the hotline's to fill in.
TEMPLATES: dict[str, Content] = {
    "one": {"nobody": _TELEPHONE},
    "night": {"closed": _TELEPHONE, "nobody": _TELEPHONE},
    "overflow": {"late": _TELEPHONE | {"after": 60, "then": "queue"}, "full": _TELEPHONE},
}


class Faulty(Refused):
    """A plan that cannot be published; `faults` says all that is wrong."""

    def __init__(self, found: list[Fault]) -> None:
        super().__init__(" ".join(fault.text for fault in found))
        self.faults = found


# --- reading --------------------------------------------------------------------------------------
def draft_of(hotline: Hotline) -> CallPlan | None:
    return CallPlan.objects.filter(hotline=hotline, state=State.DRAFT).first()


def published_of(hotline: Hotline) -> CallPlan | None:
    return CallPlan.objects.filter(hotline=hotline, state=State.PUBLISHED).select_related("made_by").first()


def content_of(hotline: Hotline) -> Content:
    """What is edited: the draft, else what is in force, else what happens without a plan."""
    found = draft_of(hotline) or published_of(hotline)
    return copy.deepcopy(found.content) if found else beginning(hotline)


def beginning(hotline: Hotline) -> Content:
    """A plan that does what the hotline does without one: its greeting, and the queue."""
    words = {}
    for code in hotline.languages or ["en"]:
        own = hotline.greeting.strip() if code == (hotline.languages or ["en"])[0] else ""
        words[code] = {"text": own or word("greeting", code, organisation=hotline.organisation).text, "sound": ""}
    return {
        "steps": [{"id": "s1", "kind": "notice", "words": words}],
        "waiting": {"position": True, "expected": True, "every": 60, "words": {}},
        "ends": {rule: {"to": "usual"} for rule in RULES},
    }


def sounds_of(hotline: Hotline) -> dict[str, float]:
    """The names of a hotline's sounds, and how long each plays."""
    return dict(PlanSound.objects.filter(hotline=hotline).values_list("token", "seconds"))


def faults_of(hotline: Hotline, content: Content) -> list[Fault]:
    return faults(parse(content), hotline, set(sounds_of(hotline)))


# --- the draft --------------------------------------------------------------------------------------
@contextmanager
def _draft(hotline: Hotline, *, by: Any, at: datetime) -> Iterator[CallPlan]:
    """The draft, locked; made if there is none, and saved at the end."""
    with transaction.atomic():
        Hotline.objects.select_for_update().get(pk=hotline.pk)
        draft = draft_of(hotline)
        if draft is None:
            newest = CallPlan.objects.filter(hotline=hotline).aggregate(newest=Max("version"))["newest"] or 0
            draft = CallPlan(hotline=hotline, version=newest + 1, content=content_of(hotline))
        yield draft
        draft.made_by, draft.changed_at = by if by and by.pk else None, at
        draft.save()


def change(hotline: Hotline, place: str, facts: Content, *, by: Any, at: datetime) -> None:
    """Save what was typed about a step, about waiting, or about an end. Raises Refused if the step is gone."""
    with _draft(hotline, by=by, at=at) as draft:
        if place == "waiting":
            draft.content["waiting"] = facts
        elif place.startswith("end-"):
            draft.content.setdefault("ends", {})[place.removeprefix("end-")] = facts
        else:
            step = _step(draft.content, place)
            step.update(facts)


def add_step(hotline: Hotline, kind: str, *, by: Any, at: datetime) -> str:
    """Add a step and return its id: languages first, notices before the first menu, menus at the end."""
    if kind not in KINDS:
        raise Refused(_("There is no such step."))
    with _draft(hotline, by=by, at=at) as draft:
        steps = draft.content.setdefault("steps", [])
        if len(steps) >= MOST_STEPS:
            raise Refused(_("This plan has enough steps for one telephone call."))
        made = {"id": _fresh(steps), "kind": kind, "words": {}, **_empty(kind, hotline)}
        first_menu = next((n for n, step in enumerate(steps) if step["kind"] == "menu"), len(steps))
        steps.insert({"language": 0, "notice": first_menu}.get(kind, len(steps)), made)
    return str(made["id"])


def _empty(kind: str, hotline: Hotline) -> Content:
    languages = hotline.languages or ["en"]
    if kind == "language":
        keys = [{"key": str(n), "language": code} for n, code in enumerate(languages[:9], start=1)]
        return {"keys": keys, "default": languages[0]}
    if kind == "menu":
        return {"name": "", "keys": [{"key": "1", "name": "", "to": "queue"}], "default": {"to": "queue"}}
    return {}


def _fresh(steps: list[Content]) -> str:
    taken = {str(step["id"]) for step in steps}
    return next(name for n in range(1, MOST_STEPS * 9) if (name := f"s{n}") not in taken)


def remove_step(hotline: Hotline, place: str, *, by: Any, at: datetime) -> None:
    with _draft(hotline, by=by, at=at) as draft:
        draft.content["steps"].remove(_step(draft.content, place))


def move_step(hotline: Hotline, place: str, by_places: int, *, by: Any, at: datetime) -> None:
    """Move a step up (-1) or down (1); at the ends it stays."""
    with _draft(hotline, by=by, at=at) as draft:
        steps = draft.content["steps"]
        step = _step(draft.content, place)
        here = steps.index(step)
        there = here + by_places
        if 0 <= there < len(steps):
            steps[here], steps[there] = steps[there], steps[here]


def begin_with(hotline: Hotline, template: str, *, by: Any, at: datetime) -> str:
    """Set the ends of a template in the draft, and return the place of the first; all else stays. Raises Refused."""
    if template not in TEMPLATES:
        raise Refused(_("There is no such beginning."))
    with _draft(hotline, by=by, at=at) as draft:
        ends = draft.content.setdefault("ends", {})
        known = next((end["number"] for end in ends.values() if end.get("number")), "")
        for rule, end in TEMPLATES[template].items():
            ends[rule] = copy.deepcopy(end) | {"number": known}
    return f"end-{next(iter(TEMPLATES[template]))}"


def add_key(hotline: Hotline, place: str, *, by: Any, at: datetime) -> None:
    with _draft(hotline, by=by, at=at) as draft:
        step = _step(draft.content, place)
        keys = step.setdefault("keys", [])
        if len(keys) >= MOST_KEYS:
            raise Refused(_("A telephone has twelve keys."))
        free = next((key for key in "1234567890*#" if key not in {each.get("key") for each in keys}), "")
        more = {"language": (hotline.languages or ["en"])[0]} if step["kind"] == "language" else {"to": "queue"}
        keys.append({"key": free, "name": "", **more})


def remove_key(hotline: Hotline, place: str, index: int, *, by: Any, at: datetime) -> None:
    with _draft(hotline, by=by, at=at) as draft:
        keys = _step(draft.content, place).get("keys", [])
        if 0 <= index < len(keys):
            del keys[index]


def _step(content: Content, place: str) -> Content:
    for step in content.get("steps", []):
        if step.get("id") == place:
            found: Content = step
            return found
    raise Refused(_("Somebody has removed this step meanwhile."))


def discard(hotline: Hotline, *, by: Any) -> None:
    """Throw the draft away."""
    with transaction.atomic():
        CallPlan.objects.filter(hotline=hotline, state=State.DRAFT).delete()
        record(by=by, verb="plan.discarded", subject=f"hotline {hotline.pk}")


# --- in force ---------------------------------------------------------------------------------------
def publish(hotline: Hotline, *, note: str, by: Any, at: datetime) -> CallPlan:
    """Put the draft in force for callers who arrive from now on. Raises Faulty with all that is wrong, or Refused."""
    with transaction.atomic():
        Hotline.objects.select_for_update().get(pk=hotline.pk)
        draft = draft_of(hotline)
        if draft is None:
            raise Refused(_("Nothing was changed since the last time."))
        found = faults_of(hotline, draft.content)
        if found:
            raise Faulty(found)
        CallPlan.objects.filter(hotline=hotline, state=State.PUBLISHED).update(state=State.PAST, past_at=at)
        _as_dialled(hotline, draft.content)
        draft.state, draft.published_at, draft.note = State.PUBLISHED, at, note.strip()[:200]
        draft.made_by = by if by and by.pk else None
        draft.save()
        _forget_unused(hotline, at)
        mark_changed(hotline, by=by, verb="plan.published", version=draft.version)
    return draft


def _as_dialled(hotline: Hotline, content: Content) -> None:
    """Numbers of outside telephones are typed as people write them, and kept as they are dialled."""
    for rule, end in parse(content).ends.items():
        if end.to == "telephone":
            content["ends"][rule]["number"] = checked(end, hotline)[0]


def _forget_unused(hotline: Hotline, at: datetime) -> None:
    """Remove recordings that no version names: made while editing, and replaced before they were published."""
    used: set[str] = set()
    for content in CallPlan.objects.filter(hotline=hotline).values_list("content", flat=True):
        used.update(_named(content))
    PlanSound.objects.filter(hotline=hotline, made_at__lt=at - KEPT_UNUSED).exclude(token__in=used).delete()


def _named(content: Any) -> Iterator[str]:
    """The sounds that some JSON names, however deep."""
    for name, value in content.items() if isinstance(content, dict) else enumerate(content):
        if name == "sound" and value:
            yield value
        elif isinstance(value, dict | list):
            yield from _named(value)


def withdraw(hotline: Hotline, *, by: Any, at: datetime) -> None:
    """From now on callers are greeted and queued as without a plan. Raises Refused if there is none in force."""
    with transaction.atomic():
        if not CallPlan.objects.filter(hotline=hotline, state=State.PUBLISHED).update(state=State.PAST, past_at=at):
            raise Refused(_("There is no plan in force."))
        mark_changed(hotline, by=by, verb="plan.withdrawn")


def bring_back(hotline: Hotline, version: int, *, by: Any, at: datetime) -> None:
    """Make an old version the draft; it is in force when it is published. Raises Refused for a version nobody has."""
    old = CallPlan.objects.filter(hotline=hotline, version=version).exclude(state=State.DRAFT).first()
    if old is None:
        raise Refused(_("There is no such version."))
    with _draft(hotline, by=by, at=at) as draft:
        draft.content = copy.deepcopy(old.content)
