"""The people on a supervisor's board: who they are with, and first of all those somebody has to look after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from analytics.board import Board
from calls import numbers, supervision
from calls.models import Call, Offer
from operators.models import Operator, Presence
from scheduling.models import Break, Shift
from scheduling.queries import being_taken

AWAY = {Presence.BREAK, Presence.LUNCH, Presence.OTHER}
BUSY = {Presence.RINGING, Presence.ON_CALL, Presence.WRAP_UP}
SHOWN = [
    *("operator_id", "made_at", "call__caller_number", "call__caller_kind", "call__ended_at", "call__hotline__name"),
    "call__hotline__wrap_up_seconds",
    "call__supervised",
]
URGENT = {Presence.MISSED: 0, Presence.DISCONNECTED: 1, Presence.ON_CALL: 2, Presence.RINGING: 3, Presence.WRAP_UP: 4}
LONG_WRAP_UPS = 2  # wrap-up times of the hotline
OVERTIME = timedelta(minutes=2)  # of a planned break
LONG_REST = {Presence.BREAK: timedelta(minutes=20), Presence.LUNCH: timedelta(minutes=60)}
LONG_OTHER = timedelta(minutes=60)


@dataclass(frozen=True)
class Card:
    """One person: what they do, with whom, and why a supervisor should look, if so."""

    operator: Operator
    call: Call | None
    caller: str  # masked, always
    trouble: str
    company: str = ""  # which supervisors are in the call


@dataclass(frozen=True)
class Group:
    """People in the same situation, by name: no ranking."""

    key: str
    title: str
    cards: list[Card]


def people(shown: Board) -> list[Operator]:
    """Operators of the board's hotlines who are here, by name."""
    served = Q(hotlines__in=[strip.hotline.pk for strip in shown.strips])
    here = Operator.objects.filter(served, active=True).exclude(state=Presence.OFFLINE)
    return list(here.distinct().order_by("display_name"))


def planned(shown: Board) -> int:
    """How many operators of the board's hotlines have a shift now."""
    served = [strip.hotline.pk for strip in shown.strips]
    shifts = Shift.objects.filter(starts_at__lte=shown.at, ends_at__gt=shown.at, operator__active=True)
    return shifts.filter(operator__hotlines__in=served).values("operator").distinct().count()


def groups(shown: Board) -> list[Group]:
    """Everybody who is here, in all four situations: three queries for any number of people."""
    cards = cards_of(people(shown), shown.at)
    kinds = {"busy": _("With callers"), "ready": _("Ready"), "away": _("Away"), "act": _("Needs attention")}
    found = {key: Group(key, title, []) for key, title in kinds.items()}
    for card in cards:
        found[_kind(card)].cards.append(card)
    found["act"].cards.sort(key=lambda card: URGENT.get(Presence(card.operator.state), len(URGENT)))
    return list(found.values())


def by_name(found: list[Group]) -> list[Card]:
    """All cards of the groups, each at the place it keeps whatever its person does: a board that moves is not read."""
    return sorted((card for group in found for card in group.cards), key=lambda card: card.operator.display_name)


def cards_of(operators: list[Operator], at: datetime) -> list[Card]:
    """The card of each, in the same order."""
    ids = [operator.pk for operator in operators]
    calls = _calls_in_hand(operators, at)
    breaks = {pause.shift.operator_id: pause for pause in being_taken(ids)}
    company = supervision.in_calls(call for call in calls.values() if call.supervised)
    return [_card(each, calls.get(each.pk), breaks.get(each.pk), company, at) for each in operators]


def _calls_in_hand(operators: list[Operator], at: datetime) -> dict[int, Call]:
    """The call that each rings for, talks in or writes up."""
    busy = [operator.pk for operator in operators if operator.state in BUSY]
    recent = Q(state="finished", made_at__gt=at - timedelta(hours=12))
    writing_up = recent & Q(operator__state=Presence.WRAP_UP, call__wrapped_at=None)
    offers = Offer.objects.filter(Q(state__in=["ringing", "accepted"]) | writing_up, operator__in=busy)
    newest_last = offers.select_related("call__hotline").only(*SHOWN).order_by("made_at")
    return {offer.operator_id: offer.call for offer in newest_last}


def _card(
    operator: Operator, call: Call | None, pause: Break | None, company: supervision.InCalls, at: datetime
) -> Card:
    caller = numbers.mask(call.caller_number, call.caller_kind) if call else ""
    talks = call is not None and operator.state == Presence.ON_CALL
    asks = talks and call.pk in company.help_asked  # type: ignore[union-attr]
    trouble = _("calls for help") if asks else _trouble(operator, call, pause, at)
    return Card(operator, call, caller, trouble, company.words.get(call.pk, "") if call and talks else "")


def _trouble(operator: Operator, call: Call | None, pause: Break | None, at: datetime) -> str:
    lasted = at - operator.state_since
    if operator.state == Presence.MISSED:
        return _("no calls until ready")
    if operator.state == Presence.DISCONNECTED:
        return _("desk closed or lost")
    if operator.state in (Presence.RINGING, Presence.ON_CALL) and (call is None or call.ended_at):
        return _("held by a call that is over")
    if operator.state == Presence.WRAP_UP:
        allowed = call.hotline.wrap_up_seconds if call and call.hotline else 0
        return _("long wrap-up") if lasted.total_seconds() > LONG_WRAP_UPS * max(30, allowed) else ""
    if operator.state in AWAY:
        allowed_rest = pause.length + OVERTIME if pause else LONG_REST.get(Presence(operator.state), LONG_OTHER)
        return _("longer than planned") if lasted > allowed_rest else ""
    return ""


def _kind(card: Card) -> str:
    if card.trouble:
        return "act"
    if card.operator.state in BUSY:
        return "busy"
    return "ready" if card.operator.state == Presence.READY else "away"
