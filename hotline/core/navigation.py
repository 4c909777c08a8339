"""The left rail: which pages a person is offered, by role."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hotline.core import access


@dataclass(frozen=True)
class Entry:
    """One page of the rail: its URL name, the word, the icon of `core/icons.svg`, the least role that sees it.

    `key` goes there after a g.
    """

    name: str
    label: str | Promise
    icon: str
    role: str
    key: str = ""


@dataclass(frozen=True)
class Link:
    url: str
    label: str | Promise
    icon: str
    current: bool
    key: str


ENTRIES = [
    Entry("desk:desk", _("Desk"), "desk", access.OPERATOR, "d"),
    Entry("desk:board", _("Wallboard"), "board", access.OPERATOR, "w"),
    Entry("calls:register", _("Register"), "calls", access.OPERATOR, "r"),
    Entry("callbacks:callbacks", _("Callbacks"), "callbacks", access.OPERATOR),
    Entry("knowledge:knowledge", _("Knowledge"), "knowledge", access.OPERATOR, "k"),
    Entry("scheduling:shifts", _("Shifts"), "shifts", access.OPERATOR),
    Entry("lines:hotlines", _("Hotlines"), "hotlines", access.SUPERVISOR),
    Entry("outward:outward", _("Outgoing"), "outgoing", access.SUPERVISOR),
    Entry("telephony:numbers", _("Numbers"), "numbers", access.SUPERVISOR),
    Entry("operators:people", _("People"), "people", access.SUPERVISOR),
    Entry("doctor:doctor", _("Doctor"), "doctor", access.ADMINISTRATOR),
    Entry("telephony:telephones", _("Telephones"), "telephones", access.OPERATOR),
]


def links(request: HttpRequest, *, simulator: bool) -> list[Link]:
    """The entries this person may open and that exist; the telephones only beside a simulator."""
    found = []
    for entry in ENTRIES:
        if not access.has_role(request.user, entry.role):
            continue
        if entry.icon == "telephones" and not simulator:
            continue
        try:
            url = reverse(entry.name)
        except NoReverseMatch:
            continue
        found.append(Link(url, entry.label, entry.icon, request.path.startswith(url), entry.key))
    return found
