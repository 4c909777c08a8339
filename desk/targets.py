"""Whom a call can be passed on to, as the desk's panel lists them: colleagues with their state, hotlines, contacts."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from calls import numbers
from calls.models import Call
from knowledge.models import Contact
from lines.models import Hotline
from lines.numbers import NotANumber, normalise
from operators.models import Operator, Presence
from operators.permissions import hotlines_of, operators_visible_to

COLLEAGUES, OTHERS = 8, 4


@dataclass(frozen=True)
class Choice:
    """One line of the panel. `to` as `calls.targets` reads it; `warm`, `cold`: what can be done now."""

    to: str
    name: str
    detail: str
    state: str = ""  # of a colleague
    since: Any = None
    warm: bool = True
    cold: bool = True


def choices(user: Any, call: Call, text: str) -> list[Choice]:
    """Those whom `text` names; without a word, colleagues, then hotlines and contacts. Three queries."""
    return [*_number(text), *_colleagues(user, text), *_hotlines(call, text), *_contacts(user, call, text)]


def _number(text: str) -> list[Choice]:
    if not text.startswith(("+", "00")):
        return []
    try:
        return [Choice(normalise(text), text, _("outside telephone"))]
    except NotANumber:
        return []


def _colleagues(user: Any, text: str) -> list[Choice]:
    """Those who can be rung first."""
    rows = operators_visible_to(user).filter(active=True).exclude(user=user)
    rows = rows.exclude(state__in=[Presence.OFFLINE, Presence.DISCONNECTED])
    if text:
        rows = rows.filter(
            Q(display_name__icontains=text) | Q(user__username__icontains=text) | Q(skills__contains=[text])
        )
    order = Case(When(state=Presence.READY, then=Value(0)), default=Value(1))
    return [_colleague(operator) for operator in rows.order_by(order, "display_name")[:COLLEAGUES]]


def _colleague(operator: Operator) -> Choice:
    free = operator.state == Presence.READY
    return Choice(
        f"operator:{operator.user.username}", operator.display_name, ", ".join(operator.skills),
        state=operator.state, since=operator.state_since, warm=free, cold=free,
    )  # fmt: skip


def _hotlines(call: Call, text: str) -> list[Choice]:
    """Those that are open: a caller must not be passed on to closed doors."""
    at = timezone.now()
    found = [
        line for line in Hotline.objects.filter(active=True, name__icontains=text)[: 4 * OTHERS] if line.is_open(at)
    ]
    line_of = _("its queue, at the front")
    return [Choice(f"hotline:{line.slug}", line.name, line_of, warm=False) for line in found[:OTHERS]]


def _contacts(user: Any, call: Call, text: str) -> list[Choice]:
    rows = Contact.objects.exclude(phone="").filter(Q(hotline__in=hotlines_of(user)) | Q(hotline=call.hotline_id))
    for word in text.split():
        rows = rows.filter(words__icontains=word)
    return [_contact(contact) for contact in rows.order_by("name", "pk")[:OTHERS]]


def _contact(contact: Contact) -> Choice:
    number = numbers.mask(contact.phone, Call.CallerKind.NUMBER)
    return Choice(
        f"contact:{contact.pk}", contact.name, " · ".join(filter(None, [contact.role, number, contact.hours]))
    )
