"""The register's filter as it stands in the address: what it means, and the chips and menus that change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.utils import formats, timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from calls.models import Call, Topic
from calls.register import LIVE, MISSED, OUTGOING, Filter
from lines.models import Hotline
from operators.models import Operator

ME = "me"
PERIODS = [("today", _("today")), ("yesterday", _("yesterday")), ("week", _("the last 7 days"))]
SHOWS = [
    (MISSED, _("missed")),
    (LIVE, _("going on now")),
    (OUTGOING, _("outgoing")),
    *((value, label) for value, label in Call.Outcome.choices if value),
]
ORDER = ("q", "period", "since", "until", "hotline", "show", "topic", "operator", "note", "recovered", "tests")


class FilterForm(forms.Form):
    """What the list shows. Bound to the address; whatever does not fit is left out rather than refused."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    period = forms.ChoiceField(label=_("Period"), choices=PERIODS, required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))
    hotline = forms.ChoiceField(label=_("Hotline"), required=False)
    show = forms.ChoiceField(label=_("Outcome"), choices=SHOWS, required=False)
    topic = forms.ChoiceField(label=_("Topic"), required=False)
    operator = forms.ChoiceField(label=_("Operator"), required=False)
    note = forms.ChoiceField(label=_("Note"), choices=[("missing", _("note missing"))], required=False)
    recovered = forms.ChoiceField(label=_("Recovered"), choices=[("1", _("recovered"))], required=False)
    tests = forms.ChoiceField(label=_("Test calls"), choices=[("1", _("test calls"))], required=False)

    def __init__(
        self,
        data: Mapping[str, str],
        *,
        hotline_ids: list[int],
        among: Sequence[int] = (),
        own_operator: int | None = None,
    ) -> None:
        super().__init__(data)
        self.among = among  # the hotlines in view, where no hotline is asked for; empty: all
        self.own_operator = own_operator
        self.hotlines = {str(line.pk): line for line in Hotline.objects.filter(pk__in=hotline_ids)}
        self._offer("hotline", [(key, line.name) for key, line in self.hotlines.items()])
        self._offer("operator", self._operators(hotline_ids))
        self._offer("topic", self._topics(data.get("hotline", "")))
        self.is_valid()

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _operators(self, hotline_ids: list[int]) -> list[tuple[str, Any]]:
        serving = Operator.hotlines.through.objects.filter(hotline__in=hotline_ids).values("operator_id")
        names = Operator.objects.filter(pk__in=serving).values_list("pk", "display_name")
        mine: list[tuple[str, Any]] = [(ME, _("me"))] if self.own_operator else []
        return mine + [(str(pk), name) for pk, name in names]

    def _topics(self, hotline: str) -> list[tuple[str, Any]]:
        within = [int(hotline)] if hotline in self.hotlines else [int(key) for key in self.hotlines]
        topics = Topic.objects.filter(hotline__in=within).select_related("parent")
        several = len(within) > 1
        return [
            (str(topic.pk), f"{self.hotlines[str(topic.hotline_id)]}: {topic}" if several else str(topic))
            for topic in topics.order_by("hotline__name", "parent__position", "position")
        ]

    @cached_property
    def given(self) -> dict[str, str]:
        """The parts of the address that make sense, as they stand there, in one order."""
        kept = {name: str(self.data.get(name, "")).strip() for name in ORDER if self.cleaned_data.get(name)}
        if "period" in kept:
            kept.pop("since", None)
            kept.pop("until", None)
        return kept

    def query(self, *without: str, **changed: str) -> str:
        """The filter as a query string, without some parts and with others."""
        left = {name: value for name, value in self.given.items() if name not in without} | changed
        return urlencode({name: left[name] for name in ORDER if name in left})

    def wanted(self) -> Filter:
        """The filter of everything that was given rightly."""
        first, last = self._days()
        operator = self.given.get("operator", "")
        return Filter(
            hotline=_number(self.given.get("hotline")),
            among=() if "hotline" in self.given else tuple(self.among),
            show=self.given.get("show", ""),
            operator=self.own_operator if operator == ME else _number(operator),
            topic=_number(self.given.get("topic")),
            first_day=first,
            last_day=last,
            text=self.given.get("q", ""),
            note_missing="note" in self.given,
            recovered="recovered" in self.given,
            tests="tests" in self.given,
            zone=self.zone,
        )

    def _days(self) -> tuple[date | None, date | None]:
        if "period" not in self.given:
            return self.cleaned_data.get("since"), self.cleaned_data.get("until")
        today = timezone.localtime(timezone.now(), ZoneInfo(self.zone)).date()
        before = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0)}[self.given["period"]]
        return today - timedelta(days=before[0]), today - timedelta(days=before[1])

    @cached_property
    def zone(self) -> str:
        """The zone in which days are meant: the hotline's, or the one that all hotlines in view share, else UTC."""
        chosen = self.hotlines.get(self.given.get("hotline", ""))
        listed = [chosen] if chosen else [self.hotlines[str(pk)] for pk in self.among] or self.hotlines.values()
        zones = {line.time_zone for line in listed}
        return zones.pop() if len(zones) == 1 else "UTC"

    def choices(self, name: str) -> list[tuple[str, Any]]:
        """The values of one part that can be chosen, with their words."""
        field: Any = self.fields[name]
        return list(field.choices)

    def word(self, name: str) -> str:
        """The words of what one part says, or ""."""
        if name not in self.given:
            return ""
        if isinstance(self.fields[name], forms.ChoiceField):
            return str(dict(self.choices(name))[self.given[name]])
        value = self.cleaned_data[name]
        return formats.date_format(value, "j M Y") if isinstance(value, date) else self.given[name]


@dataclass(frozen=True)
class Choice:
    value: str
    label: Any
    chosen: bool


@dataclass(frozen=True)
class Menu:
    """One way to narrow the list: its choices, and the rest of the filter that goes along."""

    name: str
    label: Any
    word: str  # what is chosen
    choices: list[Choice]
    along: list[tuple[str, str]]
    without: str  # the query that takes it away


@dataclass(frozen=True)
class Toggle:
    """A part of the filter that is there or not; `query` turns it over."""

    name: str
    label: Any
    on: bool
    query: str


def menus(form: FilterForm) -> list[Menu]:
    """The menus: period, hotline (where there are several), outcome, topic, operator."""
    names = ["period", "hotline", "show", "topic", "operator"]
    found = [_menu(form, name) for name in names]
    return [menu for menu in found if menu.word or menu.name == "period" or len(menu.choices) > 1]


def _menu(form: FilterForm, name: str) -> Menu:
    parts = ("period", "since", "until") if name == "period" else (name,)
    choices = [Choice(value, label, form.given.get(name) == value) for value, label in form.choices(name)]
    along = [(part, value) for part, value in form.given.items() if part not in parts]
    word = form.word(name) or (_range(form) if name == "period" else "")
    return Menu(name, form.fields[name].label, word, choices, along, form.query(*parts))


def _range(form: FilterForm) -> str:
    first, last = form.word("since"), form.word("until")
    if first and last:
        return first if first == last else f"{first} – {last}"
    if first:
        return now_in_words("from %(day)s") % {"day": first}
    return now_in_words("until %(day)s") % {"day": last} if last else ""


def toggles(form: FilterForm) -> list[Toggle]:
    """What is narrowed by one press: a missing note, a recovered call; or turned to: test calls."""
    found = []
    offered = [
        ("note", "missing", _("Note missing")),
        ("recovered", "1", _("Recovered")),
        ("tests", "1", _("Test calls")),
    ]
    for name, value, label in offered:
        on = name in form.given
        found.append(Toggle(name, label, on, form.query(name) if on else form.query(**{name: value})))
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text else None
