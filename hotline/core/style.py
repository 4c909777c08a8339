"""The style page: every component in every state, light, dark and in high contrast."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from hotline.core import access
from hotline.core.charts import Chart, Series
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


LOOKS = [("light", ""), ("dark", ""), ("light", "more"), ("dark", "more")]
HOURS = [f"{hour}:00" for hour in range(8, 18)]
BARS = Chart(
    "Calls today",
    HOURS,
    [
        Series("Answered", [12, 17, 31, 42, 37, 28, 23, 36, 41, 30], "brand"),
        Series("Lost", [1, 2, 6, 9, 4, 2, 1, 3, 5, 2], "bad"),
    ],
    corner="Hour",
    now=6,
)
LINES = Chart(
    "Answered within 20 s",
    HOURS,
    [
        Series("This week", [92, 88, 74, 61, None, 84, 90, 86, 79, 88], "brand"),
        Series("The week before", [85, 84, 80, 77, 79, 82, 88, 83, 80, 85], "info"),
    ],
    unit=" %",
    goal=80,
    corner="Hour",
)


@access.needs(access.ADMINISTRATOR)
def style(request: HttpRequest) -> HttpResponse:
    """For whoever builds a page."""
    now = timezone.now()
    context = {
        "looks": [_look(theme, contrast) for theme, contrast in LOOKS],
        "states": list(STATES),
        "kinds": KINDS,
        "since": now - timedelta(seconds=207),
        "until": now + timedelta(seconds=45),
        "hues": range(1, 9),
        "bar_chart": BARS,
        "line_chart": LINES,
        "spark": [3, 5, 4, 8, 6, 9, 12, 8, 7, None, 6, 4],
    }
    return render(request, "core/style.html", context)


def _look(theme: str, contrast: str) -> dict[str, Any]:
    key = theme + ("-more" if contrast else "")
    return {
        "key": key,
        "theme": theme,
        "contrast": contrast,
        "title": theme.capitalize() + (", high contrast" if contrast else ""),
        "form": SampleForm({"kind": "a"}, prefix=key),
        "links": [("all", "All", "#content"), ("missed", "Missed", "#content"), ("mine", "Mine", "#content")],
        "panels": [("script", "Script"), ("answers", "Answers"), ("history", "History")],
    }
