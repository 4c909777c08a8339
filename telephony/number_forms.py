"""What administrators choose about numbers at the carrier."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lines.forms import country_choices
from lines.models import Hotline, Number
from telephony.twilio.numbers import KINDS


def countries() -> list[tuple[str, Any]]:
    """Two-letter codes of ISO 3166 with their names."""
    return [(code, name) for code, name in country_choices() if code]


class SearchForm(forms.Form):
    """Which numbers to look for."""

    country = forms.ChoiceField(label=_("Country"), choices=countries)
    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    digits = forms.CharField(
        label=_("Contains these digits"),
        required=False,
        max_length=12,
        help_text=_("Empty: any. A star stands for one digit."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def clean_digits(self) -> str:
        digits = re.sub(r"[\s()\-.]", "", self.cleaned_data["digits"])
        if digits and not re.fullmatch(r"\+?[0-9*]{1,12}", digits):
            raise forms.ValidationError(_("Digits and stars only."))
        return digits


class TakeForm(forms.Form):
    """A number and the hotline it shall lead to."""

    number = forms.RegexField(r"^\+[1-9][0-9]{4,14}$", widget=forms.HiddenInput)
    hotline = forms.ModelChoiceField(
        label=_("Leads to"), queryset=Hotline.objects.filter(active=True), empty_label=_("choose")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Number.Kind.choices)
    lines = forms.IntegerField(label=_("Calls at once"), min_value=1, max_value=1000, initial=10)

    def facts(self) -> dict[str, Any]:
        return {"kind": self.cleaned_data["kind"], "lines": self.cleaned_data["lines"]}


class BuyForm(TakeForm):
    country = forms.ChoiceField(choices=countries, widget=forms.HiddenInput)
    kind = forms.ChoiceField(choices=list(KINDS.items()), widget=forms.HiddenInput)


class HotlineForm(forms.Form):
    """Another hotline for a number."""

    hotline = forms.ModelChoiceField(label=_("Hotline"), queryset=Hotline.objects.filter(active=True))
