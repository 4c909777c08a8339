"""A call that goes by a plan: what it meets, and what each key changes. The journal holds the keys; all else follows.

Each change is one transaction that locks the call, and may be repeated. A call keeps the version it came in with.
"""

import uuid
from datetime import datetime

from django.db import transaction

from calls import lifecycle, matching, overflow
from calls.journal import note_event
from calls.models import Call, CallEvent, Topic
from calls.news import tell, tell_of
from calls.plans.known import in_force, plan_of
from calls.plans.leaving import to_voicemail, turn_away
from calls.plans.script import End, Menu, Plan, Target
from calls.plans.walk import Heard, Place, walk
from calls.pricing import note_price
from calls.steps import AskConsent, Close, First, Greet, Say, Step, Welcome
from calls.steps import Menu as AskKey
from lines.hours import timetable
from lines.models import Hotline

FORWARDS = 3  # so often a call goes on to another hotline, whatever plans say
_RULE_OF = {"nobody": "nobody", "too long": "late"}
_OPEN = (Call.State.ARRIVED, Call.State.WAITING)


# --- reading ------------------------------------------------------------------------------------
def pressed(call: Call) -> list[str]:
    """The keys of the plan that the caller pressed, in order; "" for none."""
    found = call.events.filter(kind=CallEvent.Kind.MENU).order_by("id").values_list("data__digits", flat=True)
    return list(found)


def _first_language(call: Call) -> str:
    assert call.hotline is not None
    return call.hotline.languages[0] if call.hotline.languages else "en"


def first_step(plan: Plan, greeting: Welcome, language: str) -> Step:
    """What a caller meets first under a plan: the price, what the plan says, and what follows."""
    return _meets(plan, walk(plan, (), language), greeting, answers=0)


def next_step(call: Call, greeting: Welcome) -> Step:
    """What a call meets that has arrived and is not in the queue yet."""
    if call.plan_id is None:
        return greeting
    if call.forwarded_at:  # the menus were those of the hotline before
        return _unspoken(greeting, call.language)
    given = pressed(call)
    plan = plan_of(call.plan_id)
    return _meets(plan, walk(plan, given, _first_language(call)), greeting, answers=len(given))


def _meets(plan: Plan, place: Place, greeting: Welcome, *, answers: int) -> Step:
    if not plan.steps:
        return greeting
    said = greeting.greeting.price if isinstance(greeting, AskConsent) else greeting.price
    price = (said,) if said and not answers else ()
    if place.asks is not None and place.end is None:
        asked = AskKey(place.words, answers + 1)
        return First(price, asked) if price else asked
    return First((*price, *place.words), _unspoken(greeting, place.language))


def _unspoken(greeting: Welcome, language: str) -> Welcome:
    """On to the queue without the hotline's greeting; what it asks about recording is asked all the same."""
    if isinstance(greeting, AskConsent):
        return AskConsent(Greet(Say("", language), greeting.greeting.queue), greeting.words)
    return Greet(Say("", language), greeting.queue)


def goodbye(plan_id: int | None, why: str, language: str) -> Close | None:
    """The plan's own words for callers who are turned away; None if it has none."""
    if plan_id is None:
        return None
    end = plan_of(plan_id).end(why)
    words = end.words.said(language) if end.to == "goodbye" else None
    return None if words is None else Close(words)


def voicemail_words(call: Call) -> Heard | None:
    """The plan's own words before the tone, for the way on which the caller came there. None if it has none."""
    if call.plan_id is None:
        return None
    rule = call.events.filter(kind=CallEvent.Kind.VOICEMAIL).values_list("data__rule", flat=True).first()
    return words_at_end(call, rule)


def words_at_end(call: Call, rule: str | None) -> Heard | None:
    """The plan's own words for a caller who comes to an end by `rule`; None if it has none, or no rule led there."""
    return plan_of(call.plan_id).end(rule).words.said(call.language) if call.plan_id and rule else None


def end_of(call: Call, rule: str) -> End:
    """What the call's plan, if it has one, says of `rule`. Who came back from an outside telephone to the queue is not
    sent there again: then the hotline's own patience counts, from the return."""
    end = plan_of(call.plan_id).end(rule) if call.plan_id else End()
    return End() if rule == "late" and end.to == "telephone" and call.sent_back_at else end


def patience(call: Call, hotline: Hotline) -> int:
    """After how many seconds a waiting caller is led elsewhere."""
    end = end_of(call, "late")
    return hotline.max_wait_seconds if end.to == "usual" else end.after


# --- changing -----------------------------------------------------------------------------------
def answered(call_id: uuid.UUID, *, number: int, digits: str, at: datetime) -> Call:
    """The caller pressed `digits`, or nothing, when the plan asked for the `number`th time.

    Told again, late or out of turn, it changes nothing.
    """
    with transaction.atomic():
        call = _locked(call_id)
        if call.plan_id is None or call.state != Call.State.ARRIVED or call.refused or call.forwarded_at:
            return call
        given = pressed(call)
        if number != len(given) + 1:
            return call
        plan, digits = plan_of(call.plan_id), digits[:5]
        before = walk(plan, given, _first_language(call))
        if before.end is not None:
            return call
        place = walk(plan, [*given, digits], _first_language(call))
        menu = before.asks.name if isinstance(before.asks, Menu) else ""
        note_event(
            call, CallEvent.Kind.MENU, at=at, key=f"menu:{number}", digits=digits, menu=menu, word=place.chosen,
            language=place.language if place.language != before.language else "",
        )  # fmt: skip
        if number == 1:
            note_price(call, at)
        _go(call, place, at)
        tell(call)
    return call


def keep(call_id: uuid.UUID, *, rule: str, at: datetime) -> Call:
    """A caller came while it was closed or full, and the plan goes on with them: do what it says."""
    with transaction.atomic():
        call = _locked(call_id)
        if call.plan_id and call.state == Call.State.ARRIVED and not call.refused and not call.forwarded_at:
            _end(call, plan_of(call.plan_id).end(rule), rule=rule, at=at)
            tell(call)
    return call


def give_up(call_id: uuid.UUID, *, at: datetime, why: str) -> Call:
    """Nobody can take a waiting caller ("nobody" on duty, "too long"): what the plan says, else voicemail."""
    with transaction.atomic():
        call = _locked(call_id)
        rule = _RULE_OF.get(why, "")
        end = end_of(call, rule)
        if call.state not in _OPEN or end.to == "usual":
            return lifecycle.divert_to_voicemail(call_id, at=at, why=why)
        _end(call, end, rule=rule, why=why, at=at)
        tell(call, line_changed=True)
    if call.state == Call.State.WAITING:
        matching.assign(at)
    return call


def _locked(call_id: uuid.UUID) -> Call:
    return Call.objects.select_for_update(of=("self",)).select_related("hotline", "tariff").get(pk=call_id)


def _go(call: Call, place: Place, at: datetime) -> None:
    """Write what a caller's key decided."""
    call.language = place.language
    call.save(update_fields=["language"])
    if place.end is None:
        return
    if place.end.to == "voicemail":
        to_voicemail(call, at, why="menu")
    elif place.end.to == "hotline":
        _forward(call, place.end.hotline, at, why="menu")
    else:
        _queue(call, place.end)


def _queue(call: Call, target: Target) -> None:
    wants(call, target)
    call.save(update_fields=["skills", "priority", "topic"])


def wants(call: Call, target: Target) -> None:
    """What a way to the queue asks for, set on the call; not saved."""
    assert call.hotline is not None
    call.skills = sorted({*call.hotline.skills, *target.skills})
    call.priority = call.hotline.priority + target.priority
    if target.topic and Topic.objects.filter(pk=target.topic, hotline=call.hotline_id).exists():
        call.topic_id = target.topic


def _end(call: Call, end: End, *, rule: str, at: datetime, why: str = "") -> None:
    if end.to == "hotline":
        _forward(call, end.hotline, at, why=why or rule)
    elif end.to == "telephone":
        overflow.send(call, end, rule=rule, at=at)
    elif end.to == "goodbye":
        turn_away(call, at, why=rule)
    else:
        to_voicemail(call, at, why=why or rule, rule=rule)


def _forward(call: Call, hotline_id: int | None, at: datetime, *, why: str) -> None:
    """On to another hotline's queue, past its menus. Where a call has been it does not go again."""
    assert call.hotline is not None
    been = list(call.events.filter(kind=CallEvent.Kind.FORWARDED).values_list("data__left", flat=True))
    target = destination(call, hotline_id, been)
    if target is None:
        _nowhere(call, at)
        return
    left, key = call.hotline_id, f"forwarded:{len(been) + 1}"
    note_event(call, CallEvent.Kind.FORWARDED, at=at, key=key, left=left, to=target.pk, hotline=target.name, why=why)
    tell_of(call.pk, left, line_changed=True)  # it leaves that line; whoever called us tells the one it joins
    hand_over(call, target, at)
    call.save(update_fields=["hotline", "plan", "forwarded_at", "skills", "priority", "language"])
    if not timetable(target.pk, target.version).at(at).is_open:
        end = end_of(call, "closed")
        if end.to == "usual":
            turn_away(call, at, why="closed")
        else:
            _end(call, end, rule="closed", at=at)


def destination(call: Call, hotline_id: int | None, been: list[int]) -> Hotline | None:
    """The hotline to which a plan sends a call on that left those of `been` before; None where it cannot go."""
    target = Hotline.objects.filter(pk=hotline_id or 0, active=True).first()
    if target is None or target.pk in (*been, call.hotline_id) or len(been) >= FORWARDS:
        return None
    return target


def hand_over(call: Call, target: Hotline, at: datetime) -> None:
    """What another hotline changes of a call that is sent on to it, set on the call; not saved."""
    call.hotline, call.plan_id, call.forwarded_at = target, in_force(target.pk), at
    call.skills, call.priority = list(target.skills), target.priority
    if call.language not in target.languages and target.languages:
        call.language = target.languages[0]


def _nowhere(call: Call, at: datetime) -> None:
    """Where a plan cannot send a caller on, its hotline's voicemail takes them, or a goodbye in words."""
    assert call.hotline is not None
    if call.hotline.voicemail_enabled:
        to_voicemail(call, at, why="nowhere")
    else:
        turn_away(call, at, why="nobody")
