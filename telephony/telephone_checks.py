"""The telephone doctor of an operator: what is looked at in the browser, what each finding means, and what to do.

The browser names a finding by a code of this file; the words and the verdict are ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from hotline.core.checkup import Verdict
from operators.models import Device, Operator
from telephony import own_telephone
from telephony.models import TelephoneCheck

PASS, WARN, FAIL = Verdict.PASS, Verdict.WARN, Verdict.FAIL
CALL = "call"
_TITLES = {
    "phone": _("Browser telephone"),
    "stream": _("Live updates"),
    "notices": _("Notifications"),
    "mic": _("Microphone"),
    "sound": _("Ring and loudspeaker"),
    CALL: _("Test call"),
}
_BROWSER_ALONE = ("phone", "mic")
Words = tuple[Verdict, Any, Any]
_FOUND: dict[str, dict[str, Words]] = {
    "phone": {
        "registered": (PASS, _("It is connected: calls can ring here."), ""),
        "refused": (
            FAIL,
            _("It could not connect."),
            _("Load the page anew. If that does not help, ask a supervisor to open the doctor."),
        ),
        "late": (
            FAIL,
            _("It did not connect within ten seconds."),
            _("A firewall may keep it out; try another network, or answer by a telephone."),
        ),
    },
    "stream": {
        "live": (PASS, _("Changes reach this page at once."), ""),
        "late": (
            WARN,
            _("A change took more than two seconds to get here."),
            _("The network or this computer is slow; close what is not needed."),
        ),
        "gone": (
            FAIL,
            _("A change did not get here within eight seconds."),
            _("A proxy may hold the stream back. The desk asks every 20 seconds meanwhile; tell a supervisor."),
        ),
    },
    "notices": {
        "granted": (PASS, _("Your browser may notify you of a call behind other windows."), ""),
        "default": (WARN, _("Your browser was not asked yet."), _("Press “Allow”, and say yes to the browser.")),
        "denied": (
            WARN,
            _("Your browser may not notify you."),
            _("Click on the lock or the sign beside the address, and allow notifications there."),
        ),
        "missing": (WARN, _("This browser has no notifications."), _("Keep the desk in front.")),
    },
    "mic": {
        "heard": (PASS, _("It hears you."), ""),
        "quiet": (
            WARN,
            _("It is allowed, but nothing was heard."),
            _("Is it muted, or another one chosen? Look at the headset’s switch and the system’s sound settings."),
        ),
        "denied": (
            FAIL,
            _("The browser may not use it."),
            _("Click on the lock or sign beside the address, allow the microphone there, and load the page anew."),
        ),
        "missing": (FAIL, _("There is none."), _("Plug the headset in, and try again.")),
        "busy": (
            FAIL,
            _("It could not be started."),
            _("Another program may hold it: end video meetings, unplug the headset and plug it in again."),
        ),
        "insecure": (
            FAIL,
            _("Browsers give no microphone to pages without https."),
            _("Open the hotline by its https address."),
        ),
    },
    "sound": {
        "heard": (PASS, _("You heard the ring."), ""),
        "unheard": (
            FAIL,
            _("You did not hear the ring."),
            _(
                "Turn the volume up, and choose the right output in the system’s sound settings and on the desk under "
                "“Ring and announcements”."
            ),
        ),
    },
    CALL: {
        "heard": (PASS, _("It rang, you answered and heard the words."), ""),
        "talks": (WARN, _("You answered."), _("Press 1 when you hear the words, or “I hear it” here.")),
        "over": (
            WARN,
            _("It rang and was answered, but nobody confirmed to hear the words."),
            _("Ring once more, and press 1 when you hear the words; else look at microphone and loudspeaker above."),
        ),
        "missed": (
            FAIL,
            _("It was not answered, or could not be rung."),
            _("If it did not ring: is the number right, the telephone switched on, the browser telephone connected?"),
        ),
    },
}


@dataclass(frozen=True)
class Row:
    """One check as pages show it; `why` is "" while it was not looked at."""

    name: str
    why: str = ""
    standing: str = ""  # of the test call
    error: str = ""

    @property
    def title(self) -> Any:
        return _TITLES[self.name]

    @property
    def _words(self) -> Words | None:
        return _FOUND[self.name].get(self.why)

    @property
    def verdict(self) -> str:
        return str(self._words[0]) if self._words else ""

    @property
    def word(self) -> Any:
        return Verdict(self.verdict).label if self.verdict else ""

    @property
    def seen(self) -> Any:
        return self._words[1] if self._words else ""

    @property
    def remedy(self) -> Any:
        return self._words[2] if self._words else ""

    @property
    def tone(self) -> str:
        return {"pass": "good", "warn": "warn", "fail": "bad"}.get(self.verdict, "quiet")

    @property
    def icon(self) -> str:
        return {"pass": "success", "warn": "warning", "fail": "error"}.get(self.verdict, "waiting")


def names(operator: Operator) -> list[str]:
    """What is looked at: who answers by a telephone of their own needs no microphone here."""
    return [name for name in _TITLES if operator.device == Device.BROWSER or name not in _BROWSER_ALONE]


def rows(operator: Operator, check: TelephoneCheck | None) -> list[Row]:
    """Every check with what it found the last time."""
    return [row(name, check) for name in names(operator)]


def row(name: str, check: TelephoneCheck | None, *, error: str = "") -> Row:
    if name == CALL and check and check.call:
        standing = own_telephone.standing(check)
        return Row(name, "" if standing == "rings" else standing, standing, error)
    return Row(name, str(check.found.get(name, "")) if check else "", error=error)


def known(operator: Operator, name: str, why: str) -> bool:
    """Whether a browser may say this of itself."""
    return name != CALL and name in names(operator) and why in _FOUND[name]


def keep(operator: Operator, name: str, why: str, *, at: datetime) -> TelephoneCheck:
    """Remember what a check found."""
    with transaction.atomic():
        check, _made = TelephoneCheck.objects.select_for_update().get_or_create(operator=operator, defaults={"at": at})
        check.found[name], check.at = why, at
        check.save(update_fields=["found", "at"])
    return check


@dataclass(frozen=True)
class Summary:
    """What a supervisor reads of one operator: when, and which checks failed or need a look."""

    at: datetime
    failed: list[Any]
    doubtful: list[Any]

    @property
    def tone(self) -> str:
        return "bad" if self.failed else "warn" if self.doubtful else "good"


def summaries(operator_ids: Iterable[int]) -> dict[int, Summary]:
    """Of these operators, those whose telephone was looked at. One query."""
    found = TelephoneCheck.objects.filter(operator__in=list(operator_ids)).select_related("operator")
    return {check.operator_id: _summary(check) for check in found}


def _summary(check: TelephoneCheck) -> Summary:
    told = [Row(name, check.found[name]) for name in names(check.operator) if check.found.get(name)]
    return Summary(
        check.at,
        [each.title for each in told if each.verdict == FAIL],
        [each.title for each in told if each.verdict == WARN],
    )
