"""The canary: a test call to each hotline through the public address, every night and at the press of a button.

What should happen is foretold by the code that routes; what happens is compared with it. Nothing rings, nothing is
billed, and the call is in no figure (calls/practice.py). A break is mailed and stands on the wallboard until a later
canary succeeds or somebody says that they have seen it.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from calls import services
from calls.foretelling import Foretold, Question, foretell
from calls.foretold_way import Over, Queued
from calls.models import Call
from calls.steps import AskConsent, Close, First, Greet, Menu, RecordVoicemail, Reject, Say, Sound, Step
from hotline.core.live import announce
from lines.models import Hotline, Number
from operators.alarms import mail_administrators
from telephony import canary_words
from telephony.models import CanaryCall
from telephony.pointing import comes_by_forwarding
from telephony.twilio.canary import CanaryCaller, Fault, said

Reached = CanaryCall.Reached
KEPT = 30  # of each hotline
CATCH_UP = timedelta(hours=2)  # a night that was missed is made up for within it
_TESTS_LEFT_OPEN = timedelta(minutes=5)


# --- when ----------------------------------------------------------------------------------------
def due(at: datetime) -> list[Hotline]:
    """The hotlines whose nightly call is due at this moment, in their own time, and was not made."""
    if settings.CANARY_TIME is None:
        return []
    return [hotline for hotline in watched() if _is_due(hotline, settings.CANARY_TIME, at)]


def watched() -> "QuerySet[Any]":
    """The hotlines that are called at night, each with when it was called last as `last_canary`."""
    hotlines = Hotline.objects.filter(active=True).order_by("name")
    if settings.CANARY_HOTLINES:
        hotlines = hotlines.filter(slug__in=settings.CANARY_HOTLINES)
    return hotlines.annotate(last_canary=Subquery(_newest().values("at")[:1]))


def _newest() -> "QuerySet[CanaryCall]":
    return CanaryCall.objects.filter(hotline=OuterRef("pk")).order_by("-at", "-id")


def _is_due(hotline: Any, clock: time, at: datetime) -> bool:
    local = at.astimezone(hotline.zone)
    begins = local.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    if begins > local:  # the last one was yesterday
        begins -= timedelta(days=1)
    return local - begins < CATCH_UP and (hotline.last_canary is None or hotline.last_canary < begins)


# --- calling -------------------------------------------------------------------------------------
def call(hotlines: Iterable[Hotline], *, by: Any = None, budget: float = 20.0) -> list[CanaryCall]:
    """Call each of the hotlines, keep what came of it, and tell people of what broke. Takes up to `budget` seconds
    for each."""
    found = [_call(hotline, by=by, budget=budget) for hotline in hotlines]
    _alarm([each for each in found if not each.passed and _is_news(each)])
    announce("board")
    return found


def _call(hotline: Hotline, *, by: Any, budget: float) -> CanaryCall:
    at = timezone.now()
    number = _number_of(hotline)
    kept = CanaryCall(hotline=hotline, number=number.number if number else "", at=at, passed=False)
    kept.by = by if by and by.pk else None
    if number is None:
        kept.faults = [{"what": "no_number"}]
    else:
        _through(number.number, kept, budget)
    kept.passed = not kept.faults
    kept.save()
    old = CanaryCall.objects.filter(hotline=hotline).order_by("-at", "-id").values_list("pk", flat=True)[KEPT:]
    CanaryCall.objects.filter(pk__in=list(old)).delete()
    return kept


def _number_of(hotline: Hotline) -> Number | None:
    """The number to call: the first that callers reach without another one's help, if there is one."""
    numbers = list(Number.objects.filter(hotline=hotline, active=True).order_by("pk"))
    return min(numbers, key=comes_by_forwarding, default=None)


def _through(number: str, kept: CanaryCall, budget: float) -> None:
    """Make the call and judge it."""
    told, caller = _foretell(number), CanaryCaller(number, budget)
    caller.dial()
    kept.seconds, kept.reached, kept.foretold = caller.seconds, caller.reached, end_of(told)
    kept.faults = list(caller.faults)
    answered = caller.seconds is not None
    if answered and not kept.faults:
        if kept.reached != kept.foretold:  # somebody may have signed on or off meanwhile
            told = _foretell(number)
            kept.foretold = end_of(told)
        kept.faults += _judged(caller, told)
    if answered:
        kept.faults += _hung_up(caller, kept)
    _clean_up(caller, kept)


def _foretell(number: str) -> Foretold:
    return foretell(Question(number, timezone.now()))


def end_of(told: Foretold) -> str:
    """Where a caller comes who presses nothing and whom nobody has answered yet."""
    if told.refused:
        return _end(told.first)
    for event in told.way:
        if isinstance(event, Queued) and not event.nobody:
            return str(Reached.QUEUE)
        if isinstance(event, Over):
            return _end(event.step)
    return str(Reached.QUEUE)  # sent on to a hotline that is open, after a wait


def _end(step: Step) -> str:
    if isinstance(step, Reject):
        return str(Reached.BUSY if step.reason == "busy" else Reached.REJECTED)
    return str(Reached.VOICEMAIL if isinstance(step, RecordVoicemail) else Reached.GOODBYE)


def _judged(caller: CanaryCaller, told: Foretold) -> Iterator[Fault]:
    if caller.reached != end_of(told):
        yield {"what": "path", "foretold": end_of(told), "reached": caller.reached}
    silent = caller.reached in (Reached.BUSY, Reached.REJECTED)  # turned away unanswered: nothing is heard
    if not silent and not any(isinstance(each, Sound) or each.text for each in caller.heard):
        yield {"what": "silence"}
        return
    by_text = {each.text: each.language for each in caller.heard if isinstance(each, Say)}
    for expected in map(said, filter(_heard_by_all, words_of(told.met or told.first))):
        if expected in caller.heard:
            continue
        if isinstance(expected, Say) and expected.text in by_text:
            yield {"what": "language", "expected": expected.language, "heard": by_text[expected.text]}
        else:
            yield {"what": "greeting", "words": expected.text[:120] if isinstance(expected, Say) else ""}
        return


def _heard_by_all(words: Say | Sound) -> bool:
    return isinstance(words, Sound) or bool(words.text.strip())


def words_of(step: Step) -> list[Say | Sound]:
    """What is said in a step."""
    if isinstance(step, Greet):
        return [step.words, *([step.price] if step.price else [])]
    if isinstance(step, AskConsent):
        return [*words_of(step.greeting), step.words]
    if isinstance(step, First):
        return [*step.words, *words_of(step.then)]
    if isinstance(step, Menu):
        return list(step.words)
    return [step.words] if isinstance(step, (Close, RecordVoicemail)) else []


def _hung_up(caller: CanaryCaller, kept: CanaryCall) -> Iterator[Fault]:
    """End the call as a caller would; then it must stand in the register, marked, and be over."""
    before = len(caller.faults)
    caller.hang_up()
    yield from caller.faults[before:]
    row = Call.objects.filter(carrier_ref=caller.sid).first()
    if row is None:
        yield {"what": "not_in_register"}
        return
    if not row.training:
        yield {"what": "not_marked"}
    if row.hotline_id is None:
        yield {"what": "no_hotline"}
    if row.ended_at is None:
        yield {"what": "left_open"}


def _clean_up(caller: CanaryCaller, kept: CanaryCall) -> None:
    """No call of ours stays open, whatever became of it, nor one that came to the register too late to be seen."""
    row = Call.objects.filter(carrier_ref=caller.sid).first()
    kept.call = row
    late = Call.objects.filter(training=True, ended_at=None, direction=Call.Direction.INCOMING)
    late = late.filter(arrived_at__lt=timezone.now() - _TESTS_LEFT_OPEN)
    open_ones: list[uuid.UUID] = [row.pk] if row and row.ended_at is None else []
    for pk in [*open_ones, *late.values_list("pk", flat=True)]:
        services.call_ended(pk, at=timezone.now(), source="switchboard")


# --- telling people ------------------------------------------------------------------------------
def _is_news(kept: CanaryCall) -> bool:
    """Whether people do not know of it yet: it broke now, or in another way."""
    before = CanaryCall.objects.filter(hotline=kept.hotline_id).exclude(pk=kept.pk).order_by("-at", "-id").first()
    return before is None or before.passed or _kinds(before) != _kinds(kept)


def _kinds(kept: CanaryCall) -> set[str]:
    return {fault["what"] for fault in kept.faults}


def _alarm(broken: list[CanaryCall]) -> None:
    """One mail for all that broke."""
    if not broken:
        return
    told = "\n".join(f"{each.hotline}: {' '.join(canary_words.faults(each))}" for each in broken)
    text = _("The test call did not get through:\n\n%(told)s\n\nLook: %(url)s/canary/\n")
    mail_administrators(_("A test call to the hotline failed"), text % {"told": told, "url": settings.PUBLIC_URL})


def latest(hotline_ids: Iterable[int]) -> list[CanaryCall]:
    """The last call of each of these hotlines. One query."""
    found = CanaryCall.objects.filter(hotline__in=list(hotline_ids), hotline__active=True)
    newest = found.order_by("hotline_id", "-at", "-id").distinct("hotline_id")
    return list(newest.select_related("hotline", "by", "seen_by"))


def alarms(hotline_ids: Iterable[int]) -> list[CanaryCall]:
    """What broke in the last call of these hotlines and nobody has seen. One query."""
    newest = CanaryCall.objects.filter(hotline=OuterRef("hotline")).order_by("-at", "-id").values("pk")[:1]
    found = CanaryCall.objects.filter(
        passed=False, seen_at=None, hotline__in=list(hotline_ids), hotline__active=True, pk=Subquery(newest)
    )
    return list(found.select_related("hotline").order_by("hotline__name"))


def seen(kept: CanaryCall, *, by: Any, at: datetime) -> None:
    """Somebody knows of it and sees to it: it leaves the board. Told again, the first one counts."""
    CanaryCall.objects.filter(pk=kept.pk, seen_at=None).update(seen_at=at, seen_by=by)
    announce("board")
