"""Whom a call can be passed on to: a colleague, a hotline, whoever has a skill, a contact, an outside telephone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import phonenumbers
from django.db.models import Q
from django.utils.translation import gettext as _

from calls import numbers
from calls.in_line import PRESENT
from calls.models import Call
from calls.refusals import Refused
from knowledge.models import Contact
from lines.models import Hotline, Number
from lines.numbers import NotANumber, normalise
from operators.models import Operator
from operators.permissions import hotlines_of, operators_visible_to

_LONGEST = 120


@dataclass(frozen=True)
class Target:
    """One of these is set; `name` is for screens, an outside number in it is masked."""

    name: str
    operator: Operator | None = None
    hotline: Hotline | None = None
    skill: str = ""
    number: str = ""
    shown: str = ""  # the outside number as it was written, for the one who wrote it
    kept: bool = False  # it is a contact's


def target_of(to: str, *, call: Call, user: Any, at: datetime) -> Target:
    """What `to` names: an operator's username or telephone identity, a hotline's slug, `skill:…`, `contact:…`, a number
    with its country. `operator:` and `hotline:` before a name leave no doubt. Raises Refused with a sentence."""
    kind, _colon, name = to.strip()[:_LONGEST].replace("\0", "").partition(":")
    if kind == "contact":
        return _contact(name, call, user)
    if kind == "skill":
        return _skilled(name, call)
    if kind.startswith(("+", "00")):
        return _outside(kind, call, user)
    found = None
    if kind != "hotline":
        found = _colleague(name or kind, user)
    if found is None and kind != "operator":
        found = _line(name or kind, at)
    if found is None:
        raise Refused(_("There is nobody called “%(name)s” to pass a call on to.") % {"name": name or kind})
    return found


def _colleague(name: str, user: Any) -> Target | None:
    named = Q(user__username=name) | Q(identity=name)
    found = operators_visible_to(user).filter(named, active=True).first()
    return Target(found.display_name, operator=found) if found else None


def _line(slug: str, at: datetime) -> Target | None:
    found = Hotline.objects.filter(slug=slug, active=True).first()
    if found is not None and not found.is_open(at):
        raise Refused(_("%(hotline)s is closed now.") % {"hotline": found})
    return Target(found.name, hotline=found) if found else None


def _skilled(skill: str, call: Call) -> Target:
    here = Operator.objects.filter(active=True, hotlines=call.hotline_id, skill_marks__contains=[skill])
    if not skill or not here.filter(state__in=PRESENT).exists():
        raise Refused(_("Nobody signed on to this hotline has the skill “%(skill)s”.") % {"skill": skill})
    return Target(skill, skill=skill)


def _contact(pk: str, call: Call, user: Any) -> Target:
    found = _contacts(call, user).filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    if found is None:
        raise Refused(_("There is no such contact."))
    try:
        number = normalise(found.phone, country_of(call))
    except NotANumber as error:
        raise Refused(str(error)) from error
    _refuse_own(number, call)
    return Target(found.name, number=number, shown=found.phone, kept=True)


def _contacts(call: Call, user: Any) -> Any:
    return Contact.objects.filter(Q(hotline__in=hotlines_of(user)) | Q(hotline=call.hotline_id))


def _outside(text: str, call: Call, user: Any) -> Target:
    """An outside number. Whether it may be dialled is asked where it is dialled; a contact's is known to the house."""
    try:
        number = normalise(text)
    except NotANumber as error:
        raise Refused(str(error)) from error
    _refuse_own(number, call)
    return Target(_masked(number), number=number, shown=number, kept=_of_a_contact(number, call, user))


def _of_a_contact(number: str, call: Call, user: Any) -> bool:
    """Contacts' numbers are kept as they were typed."""
    for phone in _contacts(call, user).exclude(phone="").values_list("phone", flat=True):
        try:
            if normalise(phone, country_of(call)) == number:
                return True
        except NotANumber:
            continue
    return False


def _refuse_own(number: str, call: Call) -> None:
    """A call that is led back to one of our own numbers would go round for ever, a line and a fee at each turn."""
    if number == call.dialled or Number.objects.filter(number=number).exists():
        raise Refused(_("%(number)s is one of our own numbers. Choose its hotline instead.") % {"number": number})
    if number == call.caller_number:
        raise Refused(_("This is the caller’s own number."))


def country_of(call: Call) -> str:
    """Two letters: of the hotline, else of the number that was dialled; "" if neither says."""
    if call.hotline and call.hotline.country:
        return call.hotline.country
    try:
        return phonenumbers.region_code_for_country_code(phonenumbers.parse(call.dialled).country_code or 0)
    except phonenumbers.NumberParseException:
        return ""


def _masked(number: str) -> str:
    return numbers.mask(number, Call.CallerKind.NUMBER)
