"""Plans in words for screens: what steps and rules are called, where a key leads, what changed between two versions."""

from typing import Any

from django.utils.translation import gettext as _

from calls.plans.script import RULES, Languages, Menu, Notice, Plan, Step, Words
from calls.words import language_name


def step_name(step: Step, number: int) -> str:
    """A step as the editor calls it."""
    if isinstance(step, Menu):
        return _("Menu “%(name)s”") % {"name": step.name} if step.name else _("Menu %(number)s") % {"number": number}
    if isinstance(step, Languages):
        return _("Language choice")
    return _("Notice %(number)s") % {"number": number}


def rule_name(rule: str) -> str:
    return {
        "nobody": _("Nobody is signed on"),
        "late": _("Nobody came in time"),
        "closed": _("It is closed"),
        "full": _("All lines are taken"),
    }[rule]


def end_names() -> dict[str, str]:
    return {
        "usual": _("as if there were no plan"),
        "voicemail": _("voicemail"),
        "goodbye": _("words, then goodbye"),
        "hotline": _("another hotline"),
        "telephone": _("an outside telephone"),
    }


def template_names() -> dict[str, str]:
    """Beginnings that set where callers are sent on to, by what they are for."""
    return {
        "one": _("One telephone answers"),
        "night": _("An agency at night"),
        "overflow": _("Overflow after a minute"),
    }


def then_names() -> dict[str, str]:
    """What follows when an outside telephone does not take the caller."""
    return {
        "voicemail": _("voicemail"),
        "goodbye": _("usual words, then goodbye"),
        "queue": _("back to the queue, at the old place"),
    }


def target_names() -> dict[str, str]:
    return {
        "queue": _("the queue"),
        "menu": _("a further menu"),
        "hotline": _("another hotline"),
        "voicemail": _("voicemail"),
        "answer": _("a spoken answer, then again"),
    }


def changes(before: Plan, after: Plan) -> list[str]:
    """What is different in `after`, each in a few words."""
    old, new = _flat(before), _flat(after)
    gone = [_("%(what)s: removed") % {"what": what} for what in old if what not in new]
    added = [_("%(what)s: added") % {"what": what} for what in new if what not in old]
    changed = [_("%(what)s: changed") % {"what": what} for what in new if what in old and old[what] != new[what]]
    order = [each for each in old if each in new], [each for each in new if each in old]
    moved = [_("the order of the steps")] if order[0] != order[1] and not (gone or added) else []
    return [*gone, *added, *changed, *moved]


def _flat(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = {}
    ids: dict[str, str] = {}
    for number, step in enumerate(plan.steps, start=1):
        name = step_name(step, number)
        ids[step.id] = name
        if isinstance(step, Menu):
            found[name] = (step.default, step.words)
            found |= {_("%(step)s, key %(key)s") % {"step": name, "key": each.key}: each for each in step.keys}
        elif isinstance(step, Languages):
            found[name] = (step.keys, step.default, step.words)
        else:
            found |= _words(name, step)
    found[_("While waiting")] = plan.waiting
    return found | {rule_name(rule): plan.end(rule) for rule in RULES}


def _words(name: str, step: Notice) -> dict[str, Any]:
    languages = {*step.words.texts, *step.words.sounds}
    facts = {code: (step.words.texts.get(code, ""), step.words.sounds.get(code, "")) for code in sorted(languages)}
    return {f"{name}, {language_name(code)}": fact for code, fact in facts.items()} or {name: Words()}
