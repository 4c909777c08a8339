"""The style page: every component in every state, in both themes."""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hotline.core import access
from hotline.core.templatetags.components import KINDS, STATES


class SampleForm(forms.Form):
    """One field of each kind, with an error in one of them."""

    name = forms.CharField(label="Name", help_text="As callers hear it.")
    number = forms.CharField(label="Number", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Local"), ("b", "Toll-free")])
    words = forms.CharField(label="Greeting", widget=forms.Textarea, required=False)
    active = forms.BooleanField(label="In use", required=False)
    days = forms.MultipleChoiceField(
        label="Days",
        choices=[("mon", "Monday"), ("tue", "Tuesday")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


@access.needs(access.ADMINISTRATOR)
def style(request: HttpRequest) -> HttpResponse:
    """For whoever builds a page."""
    now = timezone.now()
    context = {
        "themes": [(theme, SampleForm({"kind": "a"}, prefix=theme)) for theme in ("light", "dark")],
        "states": list(STATES),
        "kinds": KINDS,
        "since": now - timedelta(seconds=207),
        "until": now + timedelta(seconds=45),
        "hues": range(1, 9),
    }
    return render(request, "core/style.html", context)
