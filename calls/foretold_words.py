"""What would happen to a call, told step by step with the reason for each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from calls import foretold_plans, foretold_ringing, foretold_rings
from calls.foretelling import BUSY, NOBODY, ROSTERED, Candidate, Foretold
from calls.foretold_way import Over, Queued
from calls.plans.walk import Heard
from calls.steps import Close, RecordVoicemail, Reject, Step
from lines import wording
from operators.models import Presence


@dataclass(frozen=True)
class Part:
    """One step of the way: what it is, what comes of it, why, what the caller hears, and who is concerned."""

    name: str
    result: str
    why: str = ""
    tone: str = "good"
    heard: list[Heard] = field(default_factory=list)
    people: list[tuple[str, str, str]] = field(default_factory=list)  # name, why, tone


def in_words(told: Foretold) -> list[Part]:
    """The way of the call, each step with its reason; the last is where it ends."""
    return list(_parts(told))


def _parts(told: Foretold) -> Iterator[Part]:
    if told.route is None or told.hotline is None:
        yield Part(_("Number"), _("leads nowhere"), _no_route(), "bad", _heard(told.first))
        return
    yield Part(_("Number"), _("leads to %(hotline)s") % {"hotline": told.hotline}, told.question.dialled)
    yield from _kept_out(told)
    if told.refused in ("blocked", "limit"):
        return
    yield _opening(told)
    if told.refused == "closed":
        return
    if told.kept != "closed":
        yield _lines(told)
    if told.refused:
        return
    if not told.kept:
        yield _gate(told)
        yield from _greeting(told)
    yield from _way(told)


def _way(told: Foretold) -> Iterator[Part]:
    """What comes once the caller is let in, or kept by a plan."""
    for event in told.way:
        if isinstance(event, Queued):
            yield from _queue(event, told)
        elif isinstance(event, Over):
            yield _over(event, told)
        else:
            name, result, why, heard = foretold_plans.in_words(event)
            yield Part(name, result, why, "info", heard)


def _no_route() -> str:
    return _("The number or its hotline is not in use.")


def _kept_out(told: Foretold) -> Iterator[Part]:
    """The block list and the limit, as far as they were looked at."""
    route = told.route
    assert route is not None
    if not route.guarded:
        yield Part(_("Block list and limits"), _("let pass"), _("This hotline takes every caller."))
        return
    if not told.question.caller:
        yield Part(_("Block list and limits"), _("let pass"), _("A withheld number is never blocked or counted."))
        return
    if told.refused == "blocked":
        why = _("The number is blocked at that moment.")
        yield Part(_("Block list"), _("turned away unanswered"), why, "bad", _heard(told.first))
        return
    yield Part(_("Block list"), _("let pass"), _("The number is not blocked at that moment."))
    if not route.limit:
        yield Part(_("Limit"), _("let pass"), _("This hotline has no limit."))
        return
    rule = _("%(limit)s calls from one number within %(minutes)s minutes are allowed.") % {
        "limit": route.limit,
        "minutes": route.limit_minutes,
    }
    if told.refused == "limit":
        yield Part(_("Limit"), _("turned away unanswered"), rule, "bad", _heard(told.first))
    else:
        yield Part(_("Limit"), _("let pass"), rule)


def _opening(told: Foretold) -> Part:
    assert told.opening is not None and told.hotline is not None
    zone, at = told.hotline.zone, told.question.at
    result = wording.in_words(told.opening, zone, at)
    why = wording.reason_in_words(told.opening)
    if told.opening.is_open:
        return Part(_("Opening hours"), result, why)
    if told.kept:
        why = " ".join(filter(None, [why, foretold_plans.goes_on()]))
        return Part(_("Opening hours"), result, why, "warn")
    return Part(_("Opening hours"), result, why, "warn", _heard(told.first))


def _lines(told: Foretold) -> Part:
    assert told.route is not None
    if not told.question.is_now:
        why = _("How many lines are taken then is not known: one of %(lines)s is taken to be free.")
        return Part(_("Lines"), _("one is free"), why % {"lines": told.route.lines}, "quiet")
    taken = _("%(taken)s of %(lines)s are taken now.") % {"taken": told.live, "lines": told.route.lines}
    if told.kept == "full":
        return Part(_("Lines"), _("all are taken"), f"{taken} {foretold_plans.goes_on()}", "warn")
    if told.refused == "full":
        result = _("goodbye") if isinstance(told.first, Close) else _("busy tone")
        return Part(_("Lines"), result, taken, "bad", _heard(told.first))
    return Part(_("Lines"), _("one is free"), taken)


def _gate(told: Foretold) -> Part:
    assert told.hotline is not None and told.route is not None
    word = told.hotline.get_gate_display()
    why = _("Callers must press a key first: %(when)s.") % {"when": word}
    if not told.gated:
        return Part(_("Key before the queue"), _("not asked for"), why)
    why += " " + _("The key is another one in each call. Who presses none hears goodbye.")
    return Part(_("Key before the queue"), _("asked for"), why, "info", _heard(told.first))


def _greeting(told: Foretold) -> Iterator[Part]:
    assert told.greeting is not None and told.hotline is not None
    own = told.hotline.greeting.strip()
    why = _("The hotline’s own words.") if own else _("The hotline has no greeting of its own: the usual words.")
    if not told.by_menus:
        yield Part(_("Greeting"), _("is spoken"), why, heard=[told.greeting.words])
    if told.greeting.price is not None:
        why = _("The number costs its callers money, so they hear it before it counts.")
        yield Part(_("Price"), _("is spoken"), why, "info", [told.greeting.price])
    if told.recording is not None:
        why = _("The hotline records conversations: %(how)s.") % {"how": told.hotline.get_recording_mode_display()}
        yield Part(_("Recording"), _("the caller is asked"), why, "info", [told.recording])


def _queue(queued: Queued, told: Foretold) -> Iterator[Part]:
    why, heard = foretold_plans.queue_in_words(queued)
    if queued.ahead:
        yield Part(_("Queue"), _("place %(place)s") % {"place": queued.ahead + 1}, why, "info", heard)
    elif why or heard:
        yield Part(_("Queue"), _("joined"), why, "info", heard)
    people = [_rung(each, place, queued) for place, each in enumerate(queued.rung, 1)]
    people += [_not_rung(each, queued, told) for each in queued.others]
    if foretold_ringing.several(queued):
        yield Part(_("Operators"), *foretold_ringing.in_words(queued), people=people)
    elif queued.rung:
        first = _("rings at %(name)s") % {"name": queued.rung[0].name}
        yield Part(_("Operators"), first, foretold_rings.rule(queued.hotline), people=people)
    elif queued.nobody:
        why = _("Nobody who serves the hotline is signed on, so nobody is waited for.")
        yield Part(_("Operators"), _("nobody"), why, "bad", people=people)
    else:
        why = _("Nobody can take the call at once; whoever becomes free is rung.")
        yield Part(_("Operators"), _("the caller waits"), why, "warn", people=people)


def _rung(each: Candidate, place: int, queued: Queued) -> tuple[str, str, str]:
    if foretold_ringing.several(queued):
        return each.name, foretold_ringing.of_one(place), "good"
    if place == 1:
        return each.name, _("is rung first"), "good"
    return each.name, _("is rung as number %(place)s") % {"place": place}, "good"


def _not_rung(each: Candidate, queued: Queued, told: Foretold) -> tuple[str, str, str]:
    return each.name, "; ".join(_reasons(each, queued, told)), "quiet"


def _reasons(each: Candidate, queued: Queued, told: Foretold) -> Iterator[str]:
    """Why an operator would not be rung: every condition that does not hold."""
    if not each.holds["active"]:
        yield _("does not work here any more")
        return
    if not each.holds["ready"]:
        yield _state(each, told)
    yield from foretold_rings.reasons(each, queued, told.question.at)
    if not each.holds["speaks"]:
        yield _("does not speak %(language)s") % {"language": queued.language}
    if not each.holds["at_desk"]:
        yield _("the desk page was closed or lost")


def _state(each: Candidate, told: Foretold) -> str:
    zone = told.hotline.zone if told.hotline else ZoneInfo("UTC")
    if each.state in (Presence.BREAK, Presence.LUNCH) and each.until:
        return _("on a break until %(time)s") % {"time": wording.moment_in_words(each.until, zone, told.question.at)}
    if each.state == Presence.OFFLINE:
        return _("not on duty then") if told.question.roster == ROSTERED else _("not signed on")
    return {
        Presence.RINGING: _("is being rung already"),
        Presence.ON_CALL: _("is on a call"),
        Presence.WRAP_UP: _("writes up the last call"),
        Presence.BREAK: _("on a break"),
        Presence.LUNCH: _("at lunch"),
        Presence.OTHER: _("away"),
        Presence.MISSED: _("missed a call and must go ready again"),
        Presence.DISCONNECTED: _("the desk page was closed or lost"),
    }.get(Presence(each.state), each.state)


def _over(event: Over, told: Foretold) -> Part:
    """Where the way ends without anybody answering."""
    name, when = foretold_plans.moment_in_words(event.why, event.after)
    if isinstance(event.step, RecordVoicemail):
        return Part(name, _("voicemail"), when, "info", _heard(event.step))
    if event.own or event.why == "closed":
        return Part(name, _("goodbye"), when, "warn", _heard(event.step))
    return Part(name, _("told to call again"), when, "warn", _heard(event.step))


def _heard(step: Step) -> list[Heard]:
    """The words of a step; a tone has none."""
    if isinstance(step, Reject):
        return []
    words: Any = getattr(step, "words", None)
    return [words] if words else []


def summary(told: Foretold) -> str:
    """The whole answer in one sentence."""
    if told.refused == "full" and isinstance(told.first, Close):
        return _("The caller hears the call plan’s goodbye.")
    if told.refused:
        return {
            "unknown": _("The caller hears that the number is not in use."),
            "closed": _("The caller hears that it is closed."),
            "full": _("The caller hears the busy tone."),
        }.get(told.refused, _("The caller is turned away unanswered."))
    if told.kept or told.by_menus or len(told.way) > 2:  # more than a queue and what comes when nobody does
        return foretold_plans.summary(told)
    if told.rung:
        return _first_rung(told)
    if told.nobody and isinstance(told.unanswered, Close):
        return _("The caller is greeted, and told to call again.")
    return _("The caller is greeted, and led to voicemail.") if told.nobody else _("The caller is greeted and waits.")


def _first_rung(told: Foretold) -> str:
    if told.queued and foretold_ringing.several(told.queued):
        return foretold_ringing.summary(told.queued, planned=False)
    return _("The caller is greeted and it rings at %(name)s.") % {"name": told.rung[0].name}


def supposed(told: Foretold) -> str:
    """What was taken for granted of the operators."""
    return {
        ROSTERED: _("Operators as the shifts have them at that moment, in the order in which they are free now."),
        NOBODY: _("Supposing that nobody is signed on."),
        BUSY: _("Supposing that everybody is on a call."),
    }.get(told.question.roster, _("Operators as they are now."))
