"""What the telephone page offers: numbers to dial, callers to be, and operators' telephones to be rung on."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from calls.models import Call, Caller
from calls.numbers import classify, mask
from lines.hours import opening
from lines.models import Number
from operators.models import Device
from operators.permissions import operators_visible_to

MOST = 6  # telephones on one page
SHOWN_FIRST = 3
NAMED = 4
OWN = 3
WRONG_NUMBER = "+4700000000"


@dataclass(frozen=True)
class Dialable:
    """A number that leads to a hotline, and what a caller would like to know of it."""

    number: str
    shown: str
    hotline: str
    hue: int
    is_open: bool
    languages: str
    language: str


@dataclass(frozen=True)
class Identity:
    """Who calls: what the carrier is told, and how the page calls it."""

    value: str
    label: str


@dataclass(frozen=True)
class Telephone:
    """One telephone on the shelf."""

    index: int
    chosen: str
    callers: list[tuple[str, list[Identity]]]
    shown: bool


@dataclass(frozen=True)
class Own:
    """An operator's own telephone, which rings when a call is offered there."""

    address: str
    name: str
    shown: str


def numbers(user: Any) -> list[Dialable]:
    """Every number in use: the person's own hotlines first, open before closed, each hotline's first number first."""
    found = list(Number.objects.filter(active=True, hotline__active=True).select_related("hotline"))
    own = _served_by(user)
    now, met = timezone.now(), Counter[int]()
    ranked: list[tuple[tuple[bool, bool, int], Dialable]] = []
    for number in found:
        is_open = opening(number.hotline, now).is_open
        rank = (number.hotline_id not in own, not is_open, met[number.hotline_id])
        ranked.append((rank, _dialable(number, is_open)))
        met[number.hotline_id] += 1
    return [shown for _rank, shown in sorted(ranked, key=lambda pair: pair[0])]


def _served_by(user: Any) -> set[int]:
    """The hotlines whose calls ring at this person's desk."""
    operator = getattr(user, "operator", None) if user.is_authenticated else None
    return set(operator.hotlines.values_list("pk", flat=True)) if operator else set()


def _dialable(number: Number, is_open: bool) -> Dialable:
    spoken = number.hotline.languages or ["en"]
    return Dialable(
        number=number.number,
        shown=_grouped(number.number),
        hotline=number.hotline.name,
        hue=number.hotline.colour,
        is_open=is_open,
        languages=", ".join(_language(code) for code in spoken),
        language=spoken[0],
    )


def _grouped(number: str) -> str:
    """A number as people write it; short and odd ones as they are."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number


def _language(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return {"fil": _("Filipino")}.get(code, code)


def shelf(dialables: list[Dialable]) -> list[Telephone]:
    """The telephones; each begins on another number and calls from a number of its own."""
    named = _named()
    return [
        Telephone(
            index=index,
            chosen=dialables[(index - 1) % len(dialables)].number if dialables else WRONG_NUMBER,
            callers=_callers(index, named),
            shown=index <= SHOWN_FIRST,
        )
        for index in range(1, MOST + 1)
    ]


def rung_back(telephones: list[Telephone]) -> list[str]:
    """The callers' numbers on which the page may be rung, as when a callback was asked for."""
    groups = [identities for telephone in telephones for _title, identities in telephone.callers]
    return sorted(
        {each.value for group in groups for each in group if classify(each.value)[0] == Call.CallerKind.NUMBER}
    )


def _callers(index: int, named: list[Identity]) -> list[tuple[str, list[Identity]]]:
    groups = [
        (
            _("Never called before"),
            [
                Identity(f"+479070010{index}", f"{_('A mobile in Norway')} · +47 907 00 10{index}"),
                Identity(f"+63917555010{index}", f"{_('A mobile in the Philippines')} · +63 917 555 010{index}"),
                Identity(f"+1212555014{index}", f"{_('A telephone in New York')} · +1 212 555 014{index}"),
            ],
        ),
        (_("Known by name"), named),
        (
            _("Withheld"),
            [
                Identity("anonymous", _("Number withheld")),
                Identity("+266696687", _("The word “anonymous” as a number")),
                Identity("+", _("A single “+”")),
            ],
        ),
        (
            _("Odd"),
            [
                Identity("sip:ola@example.org", f"{_('An internet telephone')} · sip:ola@example.org"),
                Identity("116", f"{_('A short number')} · 116"),
            ],
        ),
    ]
    return [(title, callers) for title, callers in groups if callers]


def _named() -> list[Identity]:
    """People of the demonstration who have called before. Real callers are nobody's to play."""
    if not settings.DEMO:
        return []
    known = Caller.objects.exclude(name="").order_by("-pk")[:NAMED]
    return [Identity(each.number, f"{each.name} · {mask(each.number, classify(each.number)[0])}") for each in known]


def own_telephones(user: Any) -> list[Own]:
    """Telephones of operators who answer there: one's own, and for supervisors those of their people."""
    if not user.is_authenticated:
        return []
    answering = operators_visible_to(user).filter(active=True, device=Device.PHONE).exclude(phone="")
    if user.role == user.Role.OPERATOR:
        answering = answering.filter(user=user)
    return [
        Own(str(each.phone), each.display_name, mask(str(each.phone), classify(str(each.phone))[0]))
        for each in answering[:OWN]
    ]
