"""The telephone beside the editor: a draft walked as a caller would, by the same function that serves callers."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from calls.overflow_words import checked
from calls.plans.script import End, Plan, Target
from calls.plans.walk import Heard, walk
from calls.plans.wording import rule_name
from calls.steps import Sound
from calls.words import language_name, own_or_word, word
from lines.models import Hotline

WHENS = ("", "closed", "full", "nobody", "late")
MOST_KEYS = 40


@dataclass(frozen=True)
class Line:
    """One line of what happens: "said" with its language, a "key" pressed, or a "note" on what follows."""

    kind: str
    text: str
    language: str = ""
    sound: str = ""


@dataclass(frozen=True)
class Trial:
    lines: list[Line]
    over: bool


class Trying:
    """A call to a hotline whose plan is `plan`; `names` tells what topics and hotlines are called."""

    def __init__(self, plan: Plan, hotline: Hotline, names: Callable[[str, int], str]) -> None:
        self.plan, self.hotline, self.names = plan, hotline, names
        self.language = hotline.languages[0] if hotline.languages else "en"
        self.lines: list[Line] = []

    def call(self, keys: list[str], when: str) -> Trial:
        """What a caller meets who presses `keys` ("" is nothing), while the hotline is as `when` says."""
        if when in ("closed", "full"):
            self._end(when)
            return Trial(self.lines, True)
        for number in range(len(keys) + 1):
            place = walk(self.plan, keys[:number], self.language)
            if number:
                pressed = keys[number - 1]
                said = _("pressed %(key)s") % {"key": pressed} if pressed else _("pressed nothing")
                self.lines.append(Line("key", f"{said} · {place.chosen}" if place.chosen else said))
            for each in place.words:
                self._say(each)
            if place.end is not None:
                self.language = place.language
                self._arrives(place.end, when)
                return Trial(self.lines, True)
        return Trial(self.lines, False)

    def _arrives(self, target: Target, when: str) -> None:
        if target.to == "voicemail":
            self._voicemail(None)
        elif target.to == "hotline":
            self._note(_("On to the queue of %(hotline)s.") % {"hotline": self.names("hotline", target.hotline or 0)})
        else:
            self._queue(target)
            if when:
                self._end(when)

    def _queue(self, target: Target) -> None:
        wanted = [_("speaks %(language)s") % {"language": language_name(self.language)}]
        wanted += [_("knows %(skill)s") % {"skill": skill} for skill in (*self.hotline.skills, *target.skills)]
        self._note(_("The queue. It rings for somebody who: %(wanted)s.") % {"wanted": ", ".join(wanted)})
        if target.topic:
            self._note(_("The topic is set: %(topic)s.") % {"topic": self.names("topic", target.topic)})
        if target.priority:
            self._note(_("Priority %(number)+d.") % {"number": target.priority})
        waiting = self.plan.waiting
        if waiting.position:
            self._say(word("position", self.language, position=2))
        if waiting.expected:
            self._say(word("expected", self.language, minutes=3))
        self._say(waiting.words.said(self.language))
        if self.hotline.voicemail_enabled:
            self._say(word("press_voicemail", self.language))

    def _end(self, rule: str) -> None:
        end = self.plan.end(rule)
        if rule == "late":
            after = end.after if end.to != "usual" else self.hotline.max_wait_seconds
            self._note(_("Nobody comes within %(seconds)s seconds.") % {"seconds": after})
        else:
            self._note(f"{rule_name(rule)}.")
        if end.to == "hotline":
            self._note(_("On to the queue of %(hotline)s.") % {"hotline": self.names("hotline", end.hotline or 0)})
        elif end.to == "voicemail":
            self._voicemail(end)
        elif end.to == "telephone":
            self._telephone(end, rule)
        elif end.to == "goodbye":
            self._say(end.words.said(self.language))
            self._note(_("The call ends."))
        else:
            self._usual(rule)

    def _telephone(self, end: End, rule: str) -> None:
        self._say(end.words.said(self.language))
        facts = {"telephone": end.name or end.number or "–", "seconds": end.rings}
        self._note(_("It rings at %(telephone)s, for %(seconds)s seconds.") % facts)
        if end.asks:
            self._note(_("Whoever answers there presses 1."))
        if wrong := checked(end, self.hotline)[1]:
            self._note(wrong)
        self._note(_("If it is not answered:"))
        if end.then == "queue":
            self._note(_("Back to the queue, at the old place. Then as if there were no plan."))
        elif end.then == "voicemail":
            self._voicemail(None)
        elif rule == "closed":
            self._usual(rule)
        else:
            self._say(word("no_voicemail", self.language))
            self._note(_("The call ends."))

    def _usual(self, rule: str) -> None:
        """As the hotline does without a plan."""
        organisation = self.hotline.organisation
        if rule == "full":
            self._note(_("The busy tone."))
        elif rule == "closed":
            self._say(own_or_word(self.hotline.closed_message, "closed", self.language, organisation=organisation))
            self._note(_("The call ends."))
        elif self.hotline.voicemail_enabled:
            self._voicemail(None)
        else:
            self._say(word("no_voicemail", self.language))
            self._note(_("The call ends."))

    def _voicemail(self, end: End | None) -> None:
        own = end.words.said(self.language) if end else None
        self._say(own or own_or_word(self.hotline.voicemail_message, "voicemail", self.language))
        self._note(_("The tone, and a message is recorded."))

    def _say(self, words: Heard | None) -> None:
        if isinstance(words, Sound):
            self.lines.append(Line("said", _("Recording"), words.language, words.token))
        elif words is not None and words.text.strip():
            self.lines.append(Line("said", words.text, words.language))

    def _note(self, text: str) -> None:
        self.lines.append(Line("note", text))
