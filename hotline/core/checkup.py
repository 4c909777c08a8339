"""Looking a system over: small checks, each with a verdict, what was seen and what to do about it.

A check is a function without arguments that returns a Finding. Checks run beside each other, each in a thread of its
own and no longer than its own time: one that hangs is reported as such and holds nobody.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models import TextChoices
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline.core.models import CheckResult

log = logging.getLogger(__name__)


class Verdict(TextChoices):
    PASS = "pass", gettext_lazy("good")
    WARN = "warn", gettext_lazy("look at it")
    FAIL = "fail", gettext_lazy("broken")


@dataclass(frozen=True)
class Finding:
    """What one check found: `seen` and `remedy` are a sentence each; a good one needs no remedy."""

    verdict: Verdict
    seen: str
    remedy: str = ""


def good(seen: str) -> Finding:
    return Finding(Verdict.PASS, seen)


def warn(seen: str, remedy: str) -> Finding:
    return Finding(Verdict.WARN, seen, remedy)


def bad(seen: str, remedy: str) -> Finding:
    return Finding(Verdict.FAIL, seen, remedy)


@dataclass(frozen=True)
class Check:
    """One thing to look at. `seconds` is how long it may take."""

    name: str
    title: Any
    look: Callable[[], Finding]
    seconds: float


def check(name: str, title: Any, *, seconds: float = 6.0) -> Callable[[Callable[[], Finding]], Check]:
    """Make a check of a function."""

    def made(look: Callable[[], Finding]) -> Check:
        return Check(name, title, look, seconds)

    return made


def run(wanted: Sequence[Check]) -> Iterator[tuple[Check, Finding, float]]:
    """Run checks beside each other; each comes, with the seconds it took, as soon as it is known."""
    answers: queue.Queue[tuple[Check, Finding, float]] = queue.Queue()
    began, language = time.monotonic(), translation.get_language()
    for each in wanted:
        # Daemons: a check that hangs must not keep the command from ending.
        threading.Thread(target=_look, args=(each, answers, language), name=f"check {each.name}", daemon=True).start()
    left = {each.name: each for each in wanted}
    while left:
        first = min(left.values(), key=lambda each: each.seconds)
        try:
            found = answers.get(timeout=max(0.0, began + first.seconds - time.monotonic()))
        except queue.Empty:
            found = (first, _late(first), time.monotonic() - began)
        if left.pop(found[0].name, None):
            yield found


def _look(each: Check, answers: "queue.Queue[tuple[Check, Finding, float]]", language: str | None) -> None:
    began = time.monotonic()
    try:
        with translation.override(language):
            finding = each.look()
    except Exception as error:
        log.warning("the check %s failed: %s", each.name, error.__class__.__name__)
        seen = _("The check itself failed: %(error)s.") % {"error": error.__class__.__name__}
        finding = bad(seen, _("The log of the web process has more."))
    finally:
        connections.close_all()
    answers.put((each, finding, time.monotonic() - began))


def _late(each: Check) -> Finding:
    seen = _("No answer within %(seconds)d seconds.") % {"seconds": each.seconds}
    return bad(seen, _("What it asks is hanging or cut off from here: look at the network between the two."))


def run_and_keep(wanted: Sequence[Check], *, at: datetime | None = None) -> list[CheckResult]:
    """Run checks and keep what each found, in the given order."""
    at = at or timezone.now()
    kept = {each.name: keep(each, finding, took, at) for each, finding, took in run(wanted)}
    return [kept[each.name] for each in wanted]


def keep(each: Check, finding: Finding, took: float, at: datetime) -> CheckResult:
    facts = {"verdict": finding.verdict, "seen": finding.seen, "remedy": finding.remedy, "at": at, "seconds": took}
    kept, _made = CheckResult.objects.update_or_create(name=each.name, defaults=facts)
    return kept
