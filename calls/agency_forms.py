"""What is typed about an agency: its hours, its people, and when they are rung for each hotline."""

from collections.abc import Iterator
from datetime import time
from typing import Any, NamedTuple

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from calls.agencies import Rule
from hotline.core import localtime
from hotline.core.moments import ClockInput
from lines.forms import WEEKDAYS
from lines.models import Hotline
from operators.models import Agency, AgencyRule, Operator

When = AgencyRule.When


class Members(forms.ModelMultipleChoiceField):
    def label_from_instance(self, operator: Any) -> str:
        return f"{operator.display_name} ({operator.agency})" if operator.agency else operator.display_name


class Row(NamedTuple):
    """One line of a table of the form: what it is about, and its two fields."""

    label: Any
    parts: tuple[BoundField, BoundField]


class AgencyForm(forms.ModelForm):
    """Each weekday has an opening and a closing time, each hotline a rule with its seconds."""

    time_zone = forms.ChoiceField(label=_("Time zone"), choices=localtime.zone_choices, help_text=_("Of its hours."))
    members = Members(
        None,
        label=_("Its people"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are rung for hotlines whose calls they answer, when the rule for the hotline says so."),
    )

    class Meta:
        model = Agency
        fields = ["name", "time_zone", "active"]
        help_texts = {"active": _("Otherwise none of its people is rung for any hotline.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hotlines = list(Hotline.objects.filter(active=True))
        people = Operator.objects.filter(active=True).select_related("agency")
        self.fields["members"].queryset = people  # type: ignore[attr-defined]
        known = self.instance.pk is not None
        if known:
            self.initial["members"] = self.instance.members.all()
        self._week({each.weekday: each for each in self.instance.hours.all()} if known else {})
        self._rules({each.hotline_id: each for each in self.instance.rules.all()} if known else {})

    def _week(self, hours: dict[int, Any]) -> None:
        for day, name in WEEKDAYS:
            for part, label in (("opens", _("%(day)s, opens")), ("closes", _("%(day)s, closes"))):
                self.fields[f"{part}_{day}"] = forms.TimeField(
                    label=label % {"day": name}, required=False, widget=ClockInput,
                    initial=getattr(hours.get(day), part, None),
                )  # fmt: skip

    def _rules(self, rules: dict[int, Any]) -> None:
        for hotline in self.hotlines:
            rule = rules.get(hotline.pk)
            self.fields[f"when_{hotline.pk}"] = forms.ChoiceField(
                label=_("Is rung for %(hotline)s") % {"hotline": hotline}, required=False,
                choices=[("", _("never")), *When.choices], initial=rule.when if rule else "",
            )  # fmt: skip
            self.fields[f"after_{hotline.pk}"] = forms.IntegerField(
                label=_("Seconds waited for %(hotline)s") % {"hotline": hotline}, required=False, min_value=0,
                max_value=3600, initial=rule.after_seconds if rule and rule.after_seconds else None,
            )  # fmt: skip

    def week_rows(self) -> Iterator[Row]:
        for day, name in WEEKDAYS:
            yield Row(name, (self[f"opens_{day}"], self[f"closes_{day}"]))

    def rule_rows(self) -> Iterator[Row]:
        for hotline in self.hotlines:
            yield Row(hotline, (self[f"when_{hotline.pk}"], self[f"after_{hotline.pk}"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for day, _name in WEEKDAYS:
            if (cleaned.get(f"opens_{day}") is None) != (cleaned.get(f"closes_{day}") is None):
                self.add_error(f"closes_{day}", _("Give both times, or neither for a day on which it is closed."))
        for hotline in self.hotlines:
            if cleaned.get(f"when_{hotline.pk}") == When.AFTER and not cleaned.get(f"after_{hotline.pk}"):
                self.add_error(f"after_{hotline.pk}", _("Say after how many seconds."))
        return cleaned

    def week(self) -> dict[int, tuple[time, time]]:
        found = self.cleaned_data
        return {day: (found[f"opens_{day}"], found[f"closes_{day}"]) for day, _ in WEEKDAYS if found[f"opens_{day}"]}

    def rules(self) -> list[Rule]:
        found = self.cleaned_data
        return [
            Rule(hotline, found[f"when_{hotline.pk}"], found[f"after_{hotline.pk}"] or 0) for hotline in self.hotlines
        ]
