"""The page "What would happen?": a call to a hotline at any moment, told step by step. It changes nothing."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from calls import foretelling, foretold_words
from calls.foretelling import Foretold, Question
from calls.plans.known import in_force
from calls.plans.script import KEYS
from hotline.core import access
from hotline.core.moments import MomentsForm, WallTimeField
from lines import numbers, queries
from lines.missing import lacks
from lines.models import Hotline

NEW, WITHHELD, GIVEN = "new", "withheld", "number"
_UNKNOWN_NUMBER = "+15005550006"  # a number that exists nowhere: whoever never called before


class WhatIfForm(MomentsForm):
    """Which call, when, and what is supposed of the operators. A moment left empty is now."""

    moments = ("moment",)
    number = forms.ChoiceField(label=_("Number dialled"))
    moment = WallTimeField(label=_("When"), required=False, help_text=_("Empty: now."))
    language = forms.ChoiceField(label=_("Language"), required=False)
    caller = forms.ChoiceField(
        label=_("Caller"),
        choices=[(NEW, _("somebody new")), (WITHHELD, _("number withheld")), (GIVEN, _("this number:"))],
        initial=NEW,
        widget=forms.RadioSelect,
    )
    caller_number = forms.CharField(
        label=_("Caller’s number"), required=False, max_length=32, widget=forms.TextInput({"autocomplete": "off"})
    )
    keys = forms.CharField(
        label=_("Keys pressed in the menu"), required=False, max_length=80,
        help_text=_("For example: 2, 1. Empty: none."), widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    roster = forms.ChoiceField(
        label=_("Operators"),
        choices=[
            ("", _("now: as they are; later: as rostered")),
            (foretelling.AS_NOW, _("as they are now")),
            (foretelling.ROSTERED, _("as rostered at that moment")),
            (foretelling.NOBODY, _("nobody signed on")),
            (foretelling.BUSY, _("all on a call")),
        ],
        required=False,
    )

    def __init__(self, *args: Any, hotline: Hotline, **kwargs: Any) -> None:
        super().__init__(*args, zone=hotline.zone, **kwargs)
        self.hotline = hotline
        choices: dict[str, Any] = {
            "number": [(row.number, row.number) for row in hotline.numbers.all()],
            "language": [("", _("as usual")), *((code, code) for code in hotline.languages)],
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        if in_force(hotline.pk) is None:
            del self.fields["keys"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("caller") == GIVEN:
            try:
                given["caller_number"] = numbers.normalise(given.get("caller_number", ""), self.hotline.country)
            except numbers.NotANumber as error:
                self.add_error("caller_number", str(error))
        return given

    def clean_keys(self) -> str:
        pressed = "".join(each for each in self.cleaned_data["keys"] if each not in ", ")
        if not set(pressed) <= set(KEYS):
            raise forms.ValidationError(_("Keys are the digits, * and #, with commas or spaces between them."))
        return pressed

    def question(self, at: datetime) -> Question:
        """What is asked; call when valid."""
        given = self.cleaned_data
        moment = given.get("moment")
        caller = {NEW: _UNKNOWN_NUMBER, WITHHELD: ""}.get(given["caller"], given.get("caller_number", ""))
        usual = foretelling.ROSTERED if moment else foretelling.AS_NOW
        return Question(
            given["number"], moment or at, caller, given["language"], given["roster"] or usual,
            keys=tuple(given.get("keys", "")), is_now=moment is None,
        )  # fmt: skip


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def what_if(request: HttpRequest, slug: str) -> HttpResponse:
    """The question and its answer. Asked by POST, so that no caller's number stands in an address or a log."""
    hotline = get_object_or_404(queries.visible_to(request.user), slug=slug)
    at = timezone.now()
    first = hotline.numbers.filter(active=True).first()
    form = WhatIfForm(request.POST or None, hotline=hotline)
    told = None
    if form.is_bound and form.is_valid():
        told = foretelling.foretell(form.question(at))
    elif not form.is_bound and first is not None:
        told = foretelling.foretell(Question(first.number, at, _UNKNOWN_NUMBER))
    shown = {"hotline": hotline, "form": form, "lacks": lacks(hotline), **_answer(told)}
    return render(request, "calls/what_if.html", shown)


def _answer(told: Foretold | None) -> dict[str, Any]:
    if told is None:
        return {"told": None}
    return {
        "told": told,
        "parts": foretold_words.in_words(told),
        "summary": foretold_words.summary(told),
        "supposed": foretold_words.supposed(told),
    }
