"""Pages of the block list: who is blocked, whom operators reported, and blocking a caller from a call."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from calls import blocking, services
from calls.models import Caller
from calls.numbers import classify, mask
from calls.views import visible
from hotline.core import access
from hotline.core.localtime import day_begins
from hotline.core.moments import DayInput
from lines import numbers
from operators.chosen import choice
from operators.permissions import hotlines_of

DAYS = {"day": 1, "week": 7, "month": 30}
DATE = "date"
LENGTHS = [("day", _("for a day")), ("week", _("for a week")), ("month", _("for a month")), (DATE, _("until a date"))]


class BlockForm(forms.Form):
    """How long and why. There is no "for ever": a block is looked at again when it ends."""

    length = forms.ChoiceField(label=_("How long?"), choices=LENGTHS, initial="week", widget=forms.RadioSelect)
    until = forms.DateField(
        label=_("Last day"), required=False, widget=DayInput, help_text=_("For “until a date”. A year at most.")
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=200,
        min_length=3,
        help_text=_("Colleagues read it, and it is kept in the audit trail."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("length") == DATE and not given.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say the last day of the block."))
        return given

    def ends(self, at: datetime, zone: ZoneInfo) -> datetime:
        """When the block ends: so many days from now, or with the last day."""
        if self.cleaned_data["length"] != DATE:
            return at + timedelta(days=DAYS[self.cleaned_data["length"]])
        return day_begins(self.cleaned_data["until"] + timedelta(days=1), zone)


class NumberBlockForm(BlockForm):
    """The same for a number that is typed."""

    number = forms.CharField(
        label=_("Number"), max_length=32, widget=forms.TextInput({"autocomplete": "off", "inputmode": "tel"})
    )
    field_order = ["number", "length", "until", "reason"]

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = country

    def clean_number(self) -> str:
        try:
            return numbers.normalise(self.cleaned_data["number"], self.country)
        except numbers.NotANumber as error:
            raise forms.ValidationError(str(error)) from error


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def blocked(request: HttpRequest) -> HttpResponse:
    """The block list; a POST adds a number that is typed."""
    hotlines, at = choice(request).hotlines, timezone.now()
    country = hotlines[0].country if hotlines else ""
    zone = _zone(hotlines)
    form = NumberBlockForm(request.POST or None, country=country)
    if request.method == "POST" and form.is_valid():
        try:
            _block(request, form.cleaned_data["number"], form, zone, at)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("calls:blocked")
    return render(request, "calls/blocked.html", _listed(request, at) | {"form": form, "zone": zone.key})


def _zone(hotlines: list[Any]) -> ZoneInfo:
    """The zone that a person's hotlines share, else UTC."""
    zones = {hotline.time_zone for hotline in hotlines}
    return ZoneInfo(zones.pop() if len(zones) == 1 else "UTC")


def _listed(request: HttpRequest, at: datetime) -> dict[str, Any]:
    mine = [hotline.pk for hotline in choice(request).hotlines]
    callers = list(blocking.blocked(_user(request), mine, at))
    for caller in callers:
        caller.masked = _masked(caller)  # type: ignore[attr-defined]  # for the page alone
    return {
        "standing": [caller for caller in callers if caller.blocked_until and caller.blocked_until > at],
        "over": [caller for caller in callers if caller.blocked_until and caller.blocked_until <= at],
        "reported": blocking.reported(mine, at),
        "history": _told(callers),
    }


def _told(callers: list[Caller]) -> list[dict[str, Any]]:
    words = {blocking.BLOCKED: now_in_words("blocked"), blocking.LIFTED: now_in_words("block lifted")}
    return [
        {"entry": entry, "caller": caller, "what": words[entry.verb], "until": _moment(entry.detail.get("until"))}
        for entry, caller in blocking.history_of(callers)
    ]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _masked(caller: Caller) -> str:
    return mask(caller.number, classify(caller.number)[0])


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def block(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Block the caller of a call."""
    found, at = visible(request, pk), timezone.now()
    form = BlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        zone = ZoneInfo(found.hotline.time_zone if found.hotline else "UTC")
        try:
            _block(request, found.caller_number, form, zone, at)
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("calls:call", pk)
    shown = {"call": found, "form": form, "blocked_now": blocking.block_of(found, at)}
    return render(request, "calls/block.html", shown)


def _block(request: HttpRequest, number: str, form: BlockForm, zone: ZoneInfo, at: datetime) -> None:
    reason = form.cleaned_data["reason"]
    caller = services.block(number, until=form.ends(at, zone), reason=reason, by=request.user, at=at)
    said = now_in_words("%(number)s is blocked from the next call on.") % {"number": _masked(caller)}
    messages.success(request, said)


@access.needs(access.SUPERVISOR)
@require_POST
def lift_block(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a caller's calls again; back to the call or the list that the button stood on."""
    at = timezone.now()
    seen = blocking.blocked(_user(request), list(hotlines_of(request.user)), at)
    caller = get_object_or_404(seen, pk=pk)
    try:
        services.lift_block(caller, by=request.user, at=at)
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, now_in_words("%(number)s is not blocked any more.") % {"number": _masked(caller)})
    call = _call(request.POST.get("call", ""))
    return redirect("calls:call", call) if call else redirect("calls:blocked")


def _call(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _user(request: HttpRequest) -> Any:
    return request.user
