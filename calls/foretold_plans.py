"""What a call plan does with a foretold call, in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from calls import foretold_ringing
from calls.foretelling import Foretold
from calls.foretold_way import Asked, Queued, Rung, Sent, Spoken
from calls.plans.script import Target
from calls.plans.walk import Heard
from calls.plans.wording import rule_name, step_name
from calls.steps import Close, First, Greet, RecordVoicemail, Step
from calls.words import language_name, word


def goes_on() -> str:
    return _("The call plan goes on with the caller.")


def in_words(event: Asked | Spoken | Sent | Rung) -> tuple[str, str, str, list[Heard]]:
    """What it is, what comes of it, why, and what the caller hears."""
    if isinstance(event, Asked):
        pressed = _("key %(key)s") % {"key": event.pressed} if event.pressed else _("nothing pressed")
        result = f"{pressed} · {event.then.chosen}" if event.then.chosen else pressed
        assert event.place.asks is not None
        return step_name(event.place.asks, event.number), result, _leads(event), list(event.place.words)
    if isinstance(event, Spoken):
        return _("Call plan"), _("is spoken"), _("It asks for no key here."), list(event.place.words)
    name, when = moment_in_words(event.why, event.after)
    if isinstance(event, Rung):
        return _rung(event, name, when)
    result = _("on to %(hotline)s") % {"hotline": event.hotline}
    return name, result, when or _("Past the menus of that hotline."), []


def _rung(event: Rung, name: str, when: str) -> tuple[str, str, str, list[Heard]]:
    """An outside telephone that is rung, or would be if it might."""
    if event.wrong:
        return name, _("not rung"), f"{when} {event.wrong}".strip(), []
    why = _("It rings for %(seconds)s seconds.") % {"seconds": event.seconds}
    key = _("Whoever answers there presses 1.") if event.asks else ""
    result = _("rings at %(name)s") % {"name": event.name}
    return name, result, " ".join(filter(None, [when, why, key])), list(event.step.words)


def _leads(event: Asked) -> str:
    """Where a key, or none, leads."""
    then = event.then
    if then.end is None and then.asks is event.place.asks:
        if then.chosen:
            return _("A key is asked for. The answer is spoken, and it asks again.")
        if event.pressed:
            return _("A key is asked for. This one leads nowhere, and it asks again.")
        return _("A key is asked for. Nothing is pressed, and it asks again.")
    where = _("to %(where)s") % {"where": _target(then.end)} if then.end else _("on in the call plan")
    if event.pressed:
        return _("A key is asked for. This one leads %(where)s.") % {"where": where}
    return _("A key is asked for. Nothing pressed leads %(where)s.") % {"where": where}


def _target(end: Target) -> str:
    names = {"voicemail": _("voicemail"), "hotline": _("another hotline")}
    return names.get(end.to, _("the queue"))


def moment_in_words(why: str, after: int) -> tuple[str, str]:
    """On what the way turns, and when or why it does."""
    waited = _("After waiting %(seconds)s seconds, unless somebody is being rung.") % {"seconds": after}
    return {
        "menu": (_("Call plan"), ""),
        "nobody": (_("When nobody comes"), _("At once, as nobody is signed on.")),
        "late": (_("When nobody comes"), waited),
        "outside": (_("If the telephone is not answered"), ""),
        "nowhere": (_("Call plan"), _("It cannot go on to the hotline that the plan names.")),
    }.get(why) or (rule_name(why), "")


def queue_in_words(queued: Queued) -> tuple[str, list[Heard]]:
    """What is to be said of a queue beyond that it is joined, and what callers hear in it."""
    return " ".join(filter(None, _queue(queued))), list(_heard(queued))


def _queue(queued: Queued) -> Iterator[str]:
    if queued.ahead:
        yield ngettext("%(n)s caller waits already.", "%(n)s callers wait already.", queued.ahead) % {"n": queued.ahead}
    if queued.planned:
        wanted = [_("speaks %(language)s") % {"language": language_name(queued.language)}]
        wanted += [_("knows %(skill)s") % {"skill": skill} for skill in queued.skills]
        yield _("It rings for somebody who: %(wanted)s.") % {"wanted": ", ".join(wanted)}
        yield _("Priority %(number)+d.") % {"number": queued.priority} if queued.priority else ""
        yield _("The topic is set: %(topic)s.") % {"topic": queued.topic} if queued.topic else ""
    if queued.waits.callback_offered and not queued.nobody:
        yield _("Whoever waits may press 1 and be called back, keeping the place.")


def _heard(queued: Queued) -> Iterator[Heard]:
    yield from _spoken(queued.meets)
    if queued.nobody:
        return
    if queued.waits.words is not None:
        yield queued.waits.words
    if queued.waits.callback_offered:
        yield word("press_callback", queued.language)


def _spoken(step: Step | None) -> Iterator[Heard]:
    """The words before a queue."""
    if isinstance(step, First):
        yield from step.words
        yield from _spoken(step.then)
    elif isinstance(step, Greet):
        yield from (each for each in (step.words, step.price) if each is not None and each.text.strip())


def summary(told: Foretold) -> str:
    """The whole answer in one sentence, for calls that a plan leads."""
    if told.queued and foretold_ringing.several(told.queued):
        return foretold_ringing.summary(told.queued, planned=True)
    if told.rung:
        return _("By the call plan, it rings at %(name)s.") % {"name": told.rung[0].name}
    rung = next((each for each in told.way if isinstance(each, Rung) and not (each.after or each.wrong)), None)
    if rung is not None:
        return _("By the call plan, it rings at %(name)s.") % {"name": rung.name}
    if told.queued is not None and not told.nobody:
        return _("By the call plan, the caller waits.")
    if isinstance(told.unanswered, RecordVoicemail):
        return _("By the call plan, the caller is led to voicemail.")
    assert isinstance(told.unanswered, Close)
    return _("By the call plan, the caller hears goodbye.")
