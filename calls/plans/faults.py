"""What is wrong with a plan: everything by which a caller could meet silence, or go round for ever.

Each fault says where it is, in the words of the editor, and names the place there, so that a list of them can be links.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from calls.models import Topic
from calls.overflow_words import checked
from calls.plans.known import in_force, plan_of
from calls.plans.script import (
    ENDS,
    KEYS,
    RULES,
    TARGETS,
    THENS,
    End,
    Languages,
    Menu,
    Notice,
    Plan,
    Step,
    Target,
    Words,
)
from calls.plans.wording import rule_name, step_name
from calls.words import language_name
from lines.models import Hotline
from lines.recording_words import leaves_open

LONGEST_TEXT = 1000  # characters
_PATIENCE = range(10, 3601)
_RINGS = range(10, 121)  # the carrier gives up after 600 s, a caller long before


@dataclass(frozen=True)
class Fault:
    """A sentence, and the id of the place in the editor that it is about."""

    place: str
    text: str


def faults(plan: Plan, hotline: Hotline, sounds: set[str]) -> list[Fault]:
    """All faults of a plan for this hotline; `sounds` are the names of the sounds it has. None: it may be published."""
    found = _Faults(plan, hotline, sounds)
    return [*found.steps(), *found.words("waiting", _("While waiting"), plan.waiting.words, False), *found.ends()]


class _Faults:
    def __init__(self, plan: Plan, hotline: Hotline, sounds: set[str]) -> None:
        self.plan, self.hotline, self.sounds = plan, hotline, sounds
        self.languages = hotline.languages or ["en"]
        self.topics = set(Topic.objects.filter(hotline=hotline, active=True).values_list("pk", flat=True))
        self.others = dict(Hotline.objects.filter(active=True).exclude(pk=hotline.pk).values_list("pk", "name"))

    # --- steps
    def steps(self) -> Iterator[Fault]:
        asked = False
        for number, step in enumerate(self.plan.steps, start=1):
            name = step_name(step, number)
            if isinstance(step, Menu):
                yield from self._menu(step, name)
            elif isinstance(step, Notice):
                yield from self.words(step.id, name, step.words)
            else:
                yield from self._language_choice(step, name)
            if asked and not isinstance(step, Menu):
                yield Fault(step.id, _("%(step)s stands after the first menu, so nobody hears it.") % {"step": name})
            asked = asked or isinstance(step, Menu)
        yield from self._unreached()

    def words(self, place: str, name: str, words: Words, needed: bool = True) -> Iterator[Fault]:
        """Words are there in every language, or, where they may be left out, in none."""
        if not needed and not any(words.has(language) for language in self.languages):
            return
        for language in self.languages:
            facts = {"step": name, "language": language_name(language)}
            if not words.has(language):
                yield Fault(place, _("%(step)s: the words in %(language)s are missing.") % facts)
            elif leaves_open(words.texts.get(language, "")):
                yield Fault(place, _("%(step)s: “may be recorded” in %(language)s leaves callers guessing.") % facts)
            elif words.sounds.get(language) and words.sounds[language] not in self.sounds:
                yield Fault(place, _("%(step)s: the recording in %(language)s is not there any more.") % facts)
            elif len(words.texts.get(language, "")) > LONGEST_TEXT:
                yield Fault(place, _("%(step)s: the words in %(language)s are too long to listen to.") % facts)

    def _language_choice(self, step: Languages, name: str) -> Iterator[Fault]:
        yield from self._keys(step, name, [key for key, _language in step.keys])
        facts = {"step": name}
        if self.plan.steps.index(step) != next(n for n, each in enumerate(self.plan.steps) if each.kind == "language"):
            yield Fault(step.id, _("%(step)s: callers choose a language once; remove one of the two.") % facts)
        for key, language in step.keys:
            if language not in self.languages:
                wrong = facts | {"key": key}
                yield Fault(step.id, _("%(step)s: key %(key)s chooses a language the hotline does not have.") % wrong)
            elif not step.words.has(language):
                yield from self.words(step.id, name, step.words)
                break
        if step.default not in self.languages:
            yield Fault(step.id, _("%(step)s: say which language callers get who press nothing.") % facts)

    def _keys(self, step: Step, name: str, keys: list[str]) -> Iterator[Fault]:
        if not keys:
            yield Fault(step.id, _("%(step)s has no key.") % {"step": name})
        for key in sorted(set(keys)):
            facts = {"step": name, "key": key}
            if key not in KEYS or len(key) != 1:
                yield Fault(step.id, _("%(step)s: choose a key for each line.") % facts)
            elif keys.count(key) > 1:
                yield Fault(step.id, _("%(step)s: key %(key)s stands there twice.") % facts)

    def _menu(self, menu: Menu, name: str) -> Iterator[Fault]:
        yield from self.words(menu.id, name, menu.words)
        yield from self._keys(menu, name, [choice.key for choice in menu.keys])
        for choice in menu.keys:
            where = _("%(step)s, key %(key)s") % {"step": name, "key": choice.key or "–"}
            yield from self._target(menu, where, choice.target)
        if menu.default is None or menu.default.to not in TARGETS or menu.default.to == "answer":
            yield Fault(menu.id, _("%(step)s: say where callers go who press nothing.") % {"step": name})
            return
        yield from self._target(menu, _("%(step)s, pressing nothing") % {"step": name}, menu.default)
        if self._comes_back(menu):
            text = _("%(step)s: whoever presses nothing goes round for ever. Let it lead to the queue or to voicemail.")
            yield Fault(menu.id, text % {"step": name})

    def _target(self, menu: Menu, where: str, target: Target) -> Iterator[Fault]:
        facts = {"where": where}
        if target.to == "menu" and target.menu not in self.plan.menus:
            yield Fault(menu.id, _("%(where)s leads to a menu that is not there.") % facts)
        elif target.to == "hotline":
            yield from self._elsewhere(menu.id, where, target.hotline)
        elif target.to == "answer":
            yield from self.words(menu.id, where, target.words)
        elif target.to == "queue" and target.topic is not None and target.topic not in self.topics:
            yield Fault(menu.id, _("%(where)s has a topic that is not there any more.") % facts)
        elif target.to not in TARGETS:
            yield Fault(menu.id, _("%(where)s leads nowhere yet.") % facts)

    def _comes_back(self, menu: Menu) -> bool:
        """Whether pressing nothing, again and again, never leaves the menus."""
        seen: set[str] = set()
        while menu.default is not None and menu.default.to == "menu":
            if menu.id in seen:
                return True
            seen.add(menu.id)
            following = self.plan.menus.get(menu.default.menu)
            if following is None:
                return False
            menu = following
        return False

    def _unreached(self) -> Iterator[Fault]:
        """Menus to which no key leads are left over from something."""
        menus = list(self.plan.menus.values())
        left, reached = menus[:1], set()
        while left:
            menu = left.pop()
            if menu.id in reached:
                continue
            reached.add(menu.id)
            targets = [choice.target for choice in menu.keys] + ([menu.default] if menu.default else [])
            left += [self.plan.menus[t.menu] for t in targets if t.to == "menu" and t.menu in self.plan.menus]
        for number, step in enumerate(self.plan.steps, start=1):
            if isinstance(step, Menu) and step.id not in reached:
                yield Fault(step.id, _("No key leads to %(step)s.") % {"step": step_name(step, number)})

    # --- ends
    def ends(self) -> Iterator[Fault]:
        for rule in RULES:
            end, name = self.plan.end(rule), rule_name(rule)
            place = f"end-{rule}"
            if end.to == "hotline":
                yield from self._elsewhere(place, name, end.hotline)
                yield from self._round(place, name, end.hotline)
            elif end.to == "telephone":
                yield from self._telephone(place, name, end, rule)
            elif end.to not in ENDS:
                yield Fault(place, _("%(where)s leads nowhere yet.") % {"where": name})
            if end.to in ("goodbye", "voicemail", "telephone"):
                yield from self.words(place, name, end.words, end.to == "goodbye")
            if rule == "late" and end.to != "usual" and end.after not in _PATIENCE:
                yield Fault(place, _("%(where)s: give between 10 and 3600 seconds.") % {"where": name})

    def _telephone(self, place: str, name: str, end: End, rule: str) -> Iterator[Fault]:
        """A telephone that may be called, rings long enough, and leaves nobody in silence when it is not answered."""
        _number, wrong = checked(end, self.hotline)
        if wrong:
            yield Fault(place, f"{name}: {wrong}")
        if end.rings not in _RINGS:
            yield Fault(place, _("%(where)s: let the telephone ring between 10 and 120 seconds.") % {"where": name})
        if end.then not in THENS or (end.then == "queue" and rule != "late"):
            yield Fault(place, _("%(where)s: say what follows when the telephone is not answered.") % {"where": name})

    def _elsewhere(self, place: str, where: str, hotline: int | None) -> Iterator[Fault]:
        facts = {"where": where}
        if hotline == self.hotline.pk:
            yield Fault(place, _("%(where)s leads back to this hotline itself.") % facts)
        elif hotline not in self.others:
            yield Fault(place, _("%(where)s leads to a hotline that is not in use.") % facts)

    def _round(self, place: str, where: str, hotline: int | None) -> Iterator[Fault]:
        """Hotlines that send callers on to each other: A to B, and B to A again."""
        way, left = [], [hotline]
        while left:
            there = left.pop()
            if there is None or there in way or there == self.hotline.pk:
                continue
            way.append(there)
            plan_id = in_force(there)
            ends = plan_of(plan_id).ends.values() if plan_id else ()
            onward = [end.hotline for end in ends if end.to == "hotline"]
            if self.hotline.pk in onward:
                names = {"where": where, "hotline": self.others.get(there, str(there))}
                yield Fault(place, _("%(where)s: %(hotline)s sends callers back here, so they go round.") % names)
                return
            left += onward
