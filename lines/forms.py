"""What supervisors and administrators type about hotlines."""

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _
from holidays import registry

from hotline.core import localtime
from hotline.core.moments import ClockInput, DayInput, MomentsForm, WallTimeField
from lines import numbers
from lines.hours import countries
from lines.models import Gate, Hotline, Number, OpeningRule, RingOrder

Kind = OpeningRule.Kind
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
ASKED_SKILL = re.compile(r"[\w-]+(:[1-3])?")
WEEKDAYS = [
    *((0, _("Monday")), (1, _("Tuesday")), (2, _("Wednesday")), (3, _("Thursday")), (4, _("Friday"))),
    *((5, _("Saturday")), (6, _("Sunday"))),
]


def country_choices() -> list[tuple[str, Any]]:
    known = countries()
    names = {entry[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", entry[0]) for entry in registry.COUNTRIES.values()}
    named = sorted((name, code) for code, name in names.items() if code in known)
    return [("", _("none")), *((code, name) for name, code in named)]


# How the settings of a hotline are put together on its page; a field that is in none of them is one of the first.
SETTINGS = [
    (_("The hotline"), ""),
    (
        _("Who is rung"),
        "rings_all ring_order ring_seconds skills level_seconds preferred_skills preference_seconds priority",
    ),
    (
        _("Goals and notes"),
        "service_level_seconds service_level_percent short_abandon_seconds wrap_up_seconds nothing_personal",
    ),
    (_("What callers hear"), "greeting closed_message voicemail_message farewell"),
    (_("When nobody comes"), "max_wait_seconds voicemail_enabled callbacks_enabled callback_caller_first"),
    (_("Nuisance callers"), "takes_everyone caller_hourly_limit caller_limit_minutes gate gate_calls"),
    (
        _("Recording, and who listens"),
        "recording_mode recording_purpose recording_more recording_days recording_heard_by_operators listening_shown",
    ),
    (_("A question after the call"), "survey_enabled survey_question"),
]


class HotlineForm(forms.ModelForm):
    """The hotline itself; its numbers and hours have pages of their own."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=localtime.zone_choices)
    country = forms.ChoiceField(
        label=_("Country"), choices=country_choices, required=False, help_text=_("For its public holidays and numbers.")
    )
    colour = forms.TypedChoiceField(
        label=_("Colour on the board"), choices=[(number, number) for number in range(1, 9)], coerce=int
    )

    recording_mode = forms.ChoiceField(
        label=_("Conversations are recorded"),
        choices=Hotline.Recording,
        required=False,
        help_text=_("Said after the greeting, before the queue. Whoever refuses is helped just the same."),
    )
    recording_days = forms.IntegerField(
        label=_("Recordings are kept for, days"),
        min_value=1,
        max_value=3650,
        required=False,
        help_text=_("After that the sound is erased at the carrier, and here."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usual = ("level_seconds", "preference_seconds", "ring_order")
        for name in ("caller_limit_minutes", "gate", "gate_calls", *usual):  # left out, they are as usual
            self.fields[name].required = False

    class Meta:
        model = Hotline
        fields = [
            *("name", "slug", "organisation", "time_zone", "country", "languages"),
            *("skills", "level_seconds", "preferred_skills", "preference_seconds", "ring_order", "priority"),
            *("service_level_seconds", "service_level_percent", "short_abandon_seconds", "ring_seconds", "rings_all"),
            *("max_wait_seconds", "wrap_up_seconds", "takes_everyone", "caller_hourly_limit", "caller_limit_minutes"),
            *("gate", "gate_calls", "greeting", "closed_message"),
            *("voicemail_message", "farewell", "voicemail_enabled", "callbacks_enabled", "callback_caller_first"),
            *("recording_mode", "recording_purpose", "recording_more", "recording_days"),
            *("recording_heard_by_operators", "survey_enabled", "survey_question"),
            *("nothing_personal", "listening_shown", "colour", "active"),
        ]
        labels = {
            "languages": _("Languages, the first is the default"),
            "level_seconds": _("Any level will do after, seconds"),
            "caller_hourly_limit": _("Most calls from one number"),
            "caller_limit_minutes": _("Counted within, minutes"),
            "gate_calls": _("Calls within a minute that count as many"),
            "listening_shown": _("Operators see who listens to their call"),
        }
        help_texts = {
            "slug": _("Small letters, digits and hyphens."),
            "languages": _("Codes separated by commas, such as nb, en. The first is spoken if nothing else is known."),
            "rings_all": _("Up to 20. The first to accept gets the call. Otherwise they are rung one after another."),
            "skills": _(
                "Separated by commas. An operator needs all of them; “refunds:2” asks for level 2 of 3, or better."
            ),
            "level_seconds": _("After that the skill is enough, at any level. 0: the level is always needed."),
            "preferred_skills": _("Separated by commas. Whoever has all of them is rung before the others."),
            "preference_seconds": _(
                "Until then the others are not rung at all. 0: they are rung next, without a wait."
            ),
            "ring_order": _("Of those who can take the call. Today begins at midnight in the hotline’s time zone."),
            "takes_everyone": _("The block list, limit and key below do not apply. Right for a crisis hotline."),
            "caller_limit_minutes": _(
                "60 is an hour. Whoever was turned away may call again once older calls no longer count."
            ),
            "gate": _("Whoever presses no key after two requests hears goodbye. The key changes with each call."),
            "greeting": _("Empty: the usual words, with the organisation's name."),
            "callbacks_enabled": _("Waiting callers press 1. Only ordinary numbers of its country are called."),
            "callback_caller_first": _("Otherwise an operator accepts first, and then the caller is dialled."),
            "recording_purpose": _("Completes “This call is recorded:”, for example “to train our operators”."),
            "recording_more": _("For example “city-water.example/privacy”. May be empty."),
            "nothing_personal": _(
                "For crisis lines: no name, telephone number or address of mail is taken into a note."
            ),
            "survey_enabled": _("For callers who are still there when the operator has left."),
            "survey_question": _("Empty: the usual words. Say that 1 is worst and 5 is best."),
        }
        widgets = {
            name: forms.Textarea(attrs={"rows": 3})
            for name in (
                *("greeting", "closed_message", "voicemail_message", "farewell"),
                *("recording_purpose", "survey_question"),
            )
        }

    def clean_languages(self) -> list[str]:
        codes = [code.strip() for code in self.cleaned_data["languages"]]
        wrong = [code for code in codes if not LANGUAGE_CODE.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(
                _("“%(code)s” is not a language code such as nb, en or fil."), params={"code": wrong[0]}
            )
        return codes

    def clean_recording_mode(self) -> str:
        return self.cleaned_data["recording_mode"] or self.instance.recording_mode

    def clean_recording_days(self) -> int:
        return self.cleaned_data["recording_days"] or self.instance.recording_days

    def clean_country(self) -> str:
        country = self.cleaned_data["country"]
        if not country and self.instance.closed_on_holidays:
            raise forms.ValidationError(_("Public holidays close this hotline, so it needs a country."))
        return country

    def clean_caller_limit_minutes(self) -> int:
        return self.cleaned_data["caller_limit_minutes"] or 60

    def clean_level_seconds(self) -> int:
        return self.cleaned_data["level_seconds"] or 0

    def clean_preference_seconds(self) -> int:
        return self.cleaned_data["preference_seconds"] or 0

    def clean_ring_order(self) -> str:
        return self.cleaned_data["ring_order"] or RingOrder.IDLE

    def clean_skills(self) -> list[str]:
        return self._asked("skills")

    def clean_preferred_skills(self) -> list[str]:
        return self._asked("preferred_skills")

    def _asked(self, name: str) -> list[str]:
        """Skills that are asked for, with or without a level."""
        asked = [each.strip() for each in self.cleaned_data[name]]
        for each in asked:
            if not ASKED_SKILL.fullmatch(each):
                raise forms.ValidationError(
                    _("“%(skill)s” is not a skill: one word of letters, digits and hyphens, with or without a level."),
                    params={"skill": each},
                )
        return asked

    def clean_gate(self) -> str:
        return self.cleaned_data["gate"] or Gate.OFF

    def clean_gate_calls(self) -> int:
        return self.cleaned_data["gate_calls"] or 30

    def settings(self) -> Iterator[tuple[Any, list[BoundField]]]:
        """The fields under their headings."""
        placed = {name for _title, names in SETTINGS for name in names.split()}
        for title, names in SETTINGS:
            yield title, [self[name] for name in names.split() or self.fields if names or name not in placed]

    def facts(self) -> dict[str, Any]:
        """What was changed, or everything for a new hotline."""
        names = self.changed_data if self.instance.pk else list(self.cleaned_data)
        return {name: self.cleaned_data[name] for name in names}


class NumberForm(forms.ModelForm):
    class Meta:
        model = Number
        fields = ["number", "kind", "lines", "active"]
        help_texts = {
            "number": _("With the country, as in +47 22 12 34 56; a short national number such as 116111 as it is."),
            "lines": _("The next caller hears that all lines are taken."),
            "active": _("Calls to a number that is not in use are rejected."),
        }

    def __init__(self, *args: Any, country: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_number(self) -> str:
        try:
            return numbers.normalise(self.cleaned_data["number"], self.country)
        except numbers.NotANumber as error:
            raise forms.ValidationError(str(error)) from error

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RuleForm(forms.Form):
    """One kind of line of the opening hours. `rules()` are the lines it stands for, not yet saved."""

    kind: str
    note = forms.CharField(label=_("Note"), max_length=120, required=False)

    def rules(self) -> list[OpeningRule]:
        return [OpeningRule(kind=self.kind, **self.cleaned_data)]


class AlwaysForm(RuleForm):
    kind = Kind.ALWAYS


class WeeklyForm(RuleForm):
    kind = Kind.WEEKLY
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    opens = forms.TimeField(label=_("Opens"), widget=ClockInput)
    closes = forms.TimeField(
        label=_("Closes"), widget=ClockInput, help_text=_("At or before the opening time: on the next day.")
    )
    field_order = ["weekdays", "opens", "closes", "note"]

    def rules(self) -> list[OpeningRule]:
        facts = {name: self.cleaned_data[name] for name in ("opens", "closes", "note")}
        return [OpeningRule(kind=self.kind, weekday=day, **facts) for day in self.cleaned_data["weekdays"]]


class DaysForm(RuleForm):
    first_day = forms.DateField(label=_("First day"), widget=DayInput)
    last_day = forms.DateField(label=_("Last day"), widget=DayInput)
    opens = forms.TimeField(label=_("Opens"), widget=ClockInput)
    closes = forms.TimeField(label=_("Closes"), widget=ClockInput)
    field_order = ["first_day", "last_day", "opens", "closes", "note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("first_day"), cleaned.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first."))
        return cleaned


class DatedForm(DaysForm):
    kind = Kind.DATED


class ClosedForm(DaysForm):
    kind = Kind.CLOSED
    last_day = forms.DateField(label=_("Last day"), widget=DayInput, required=False, help_text=_("Empty: one day."))
    opens = forms.TimeField(
        label=_("Closed from"), widget=ClockInput, required=False, help_text=_("Empty: the whole day.")
    )
    closes = forms.TimeField(label=_("Closed until"), widget=ClockInput, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if (cleaned.get("opens") is None) != (cleaned.get("closes") is None) and not self.errors:
            self.add_error("closes", _("Give both times between which it is closed, or neither for the whole day."))
        return cleaned


class OneOffForm(MomentsForm, RuleForm):
    kind = Kind.ONE_OFF
    moments = ("starts_at", "ends_at")
    starts_at = WallTimeField(label=_("From"))
    ends_at = WallTimeField(label=_("To"))
    field_order = ["starts_at", "ends_at", "note"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The end is not after the beginning."))
        return cleaned

    def rules(self) -> list[OpeningRule]:
        facts = {name: self.cleaned_data[name] for name in ("starts_at", "ends_at", "note")}
        return [OpeningRule(kind=self.kind, **facts)]


RULE_FORMS: dict[str, type[RuleForm]] = {
    Kind.WEEKLY: WeeklyForm,
    Kind.DATED: DatedForm,
    Kind.ONE_OFF: OneOffForm,
    Kind.CLOSED: ClosedForm,
    Kind.ALWAYS: AlwaysForm,
}


def rule_form(kind: str, zone: ZoneInfo, data: Any = None) -> RuleForm:
    """The form for a kind of line; weekly hours for a kind nobody knows."""
    form = RULE_FORMS.get(kind, WeeklyForm)
    return form(data, zone=zone) if issubclass(form, MomentsForm) else form(data)


class HolidaysForm(forms.Form):
    closed = forms.BooleanField(label=_("Closed on public holidays"), required=False)
    country = forms.ChoiceField(label=_("Country"), choices=country_choices, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("closed") and not cleaned.get("country"):
            self.add_error("country", _("Choose the country whose public holidays close the hotline."))
        return cleaned


class CloseNowForm(MomentsForm):
    moments = ("reopens_at",)
    reason = forms.CharField(
        label=_("Reason, for colleagues"),
        max_length=200,
        error_messages={"required": _("Say why, for your colleagues.")},
    )
    message = forms.CharField(
        label=_("Message, for callers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Empty: what callers hear outside opening hours."),
    )
    reopens_at = WallTimeField(
        label=_("Reopens by itself at"), required=False, help_text=_("Empty: closed until somebody reopens it.")
    )

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("reason", "message", "reopens_at")}
