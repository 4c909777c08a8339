"""What the editor's page shows of a plan: values for its templates, everything read in a constant number of queries."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from calls.models import Topic
from calls.overflow_words import doubt_of
from calls.plans.editing import Content, sounds_of
from calls.plans.script import KEYS, RULES, End, Languages, Menu, Notice, Step, Target, Words, parse
from calls.plans.wording import end_names, rule_name, step_name, target_names, then_names
from calls.words import language_name
from lines.models import Hotline

EVERIES = (0, 30, 60, 120, 300)


class Shown:
    """A plan for the editor; `names` tells what topics and hotlines are called."""

    def __init__(self, hotline: Hotline, content: Content) -> None:
        self.hotline, self.plan = hotline, parse(content)
        self.languages = hotline.languages or ["en"]
        self.sounds = sounds_of(hotline)
        self.topics = list(Topic.objects.filter(hotline=hotline, active=True).select_related("parent"))
        self.others = list(Hotline.objects.filter(active=True).exclude(pk=hotline.pk))

    def names(self, what: str, number: int) -> str:
        rows: list[Any] = list(self.topics) if what == "topic" else list(self.others)
        return next((str(row) for row in rows if row.pk == number), "–")

    def steps(self) -> list[dict[str, Any]]:
        last = len(self.plan.steps)
        return [
            {"first": n == 1, "last": n == last, "name": step_name(step, n), **self._step(step, n)}
            for n, step in enumerate(self.plan.steps, start=1)
        ]

    def _step(self, step: Step, number: int) -> dict[str, Any]:
        about = {"id": step.id, "kind": step.kind, "number": number, "words": self._words(step.id, step.words)}
        if isinstance(step, Notice):
            return about
        about |= {"rows": len(step.keys), "add_key": f"{step.id}-add-key"}
        if isinstance(step, Languages):
            keys = [
                {"n": n, "n_text": str(n), "keys": _keys(key), "options": self._codes(language)}
                for n, (key, language) in enumerate(step.keys)
            ]
            return about | {"keys": keys, "default": self._codes(step.default)}
        keys = [
            {
                "n": n,
                "n_text": str(n),
                "keys": _keys(each.key),
                "name": each.name,
                **self._target(step, f"{n}-", each.target),
            }
            for n, each in enumerate(step.keys)
        ]
        default = self._target(step, "default-", step.default or Target(""))
        return about | {"title": step.name, "keys": keys, "default": default}

    def _codes(self, chosen: str) -> list[tuple[str, str, bool]]:
        return [(code, language_name(code), code == chosen) for code in self.languages]

    def _target(self, menu: Menu, before: str, target: Target) -> dict[str, Any]:
        chosen = {"menu": f"menu:{target.menu}", "hotline": f"hotline:{target.hotline}"}.get(target.to, target.to)
        return {
            "before": before,
            "to": target.to,
            "targets": list(self._targets(menu, chosen, answer=before != "default-")),
            "skills": ", ".join(target.skills),
            "priority": target.priority,
            "topics": [(topic.pk, str(topic), topic.pk == target.topic) for topic in self.topics],
            "words": self._words(menu.id, target.words, before) if target.to == "answer" else [],
        }

    def _targets(self, menu: Menu, chosen: str, *, answer: bool) -> Iterator[tuple[str, str, bool]]:
        names = target_names()
        yield ("", _("choose"), chosen == "")
        yield ("queue", names["queue"], chosen == "queue")
        yield ("voicemail", names["voicemail"], chosen == "voicemail")
        if answer:
            yield ("answer", names["answer"], chosen == "answer")
        for n, step in enumerate(self.plan.steps, start=1):
            if isinstance(step, Menu) and step.id != menu.id:
                yield (f"menu:{step.id}", step_name(step, n), chosen == f"menu:{step.id}")
        yield from self._hotlines(chosen)

    def _hotlines(self, chosen: str) -> Iterator[tuple[str, str, bool]]:
        for other in self.others:
            value = f"hotline:{other.pk}"
            yield (value, _("the queue of %(hotline)s") % {"hotline": other.name}, chosen == value)

    def _words(self, place: str, words: Words, before: str = "") -> list[dict[str, Any]]:
        return [
            {
                "code": code,
                "language": language_name(code),
                "before": before,
                "id": f"{place}-{before}{code}",
                "text": words.texts.get(code, ""),
                "sound": words.sounds.get(code, ""),
                "seconds": self.sounds.get(words.sounds.get(code, "")),
            }
            for code in self.languages
        ]

    def waiting(self) -> dict[str, Any]:
        waiting = self.plan.waiting
        return {
            "position": waiting.position,
            "expected": waiting.expected,
            "everies": [(each, _every(each), each == waiting.every) for each in EVERIES],
            "words": self._words("waiting", waiting.words),
        }

    def ends(self) -> list[dict[str, Any]]:
        return [self._end(rule) for rule in RULES]

    def _end(self, rule: str) -> dict[str, Any]:
        end = self.plan.end(rule)
        chosen = f"hotline:{end.hotline}" if end.to == "hotline" else end.to
        plain = [(to, name, to == chosen) for to, name in end_names().items() if to != "hotline"]
        return {
            "rule": rule,
            "place": f"end-{rule}",
            "name": rule_name(rule),
            "to": end.to,
            "targets": [*plain, *self._hotlines(chosen)],
            "after": end.after if rule == "late" and end.to != "usual" else None,
            "words": self._words(f"end-{rule}", end.words) if end.to in ("voicemail", "goodbye", "telephone") else [],
            "telephone": self._telephone(end, rule) if end.to == "telephone" else None,
        }

    def _telephone(self, end: End, rule: str) -> dict[str, Any]:
        names = then_names().items()
        return {
            "number": end.number, "name": end.name, "rings": end.rings, "asks": end.asks,
            "thens": [(then, name, then == end.then) for then, name in names if then != "queue" or rule == "late"],
            "doubt": doubt_of(end, self.hotline),
        }  # fmt: skip


def _keys(chosen: str) -> list[tuple[str, bool]]:
    return [(key, key == chosen) for key in KEYS]


def _every(seconds: int) -> str:
    if not seconds:
        return _("at the beginning only")
    return _("every %(seconds)s seconds") % {"seconds": seconds}
