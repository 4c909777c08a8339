"""What calls to a number cost: its tariffs on the number's page, and the form for the next one."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from hotline.core import access
from hotline.core.moments import MomentsForm, WallTimeField
from lines import currencies, pricing, queries, services
from lines.models import Number
from lines.tariffs import Tariff, facts_of, in_force

Kind = Tariff.Kind


class TariffForm(MomentsForm):
    """The terms of the next tariff; begins with those of the one in force."""

    moments = ("valid_from",)
    kind = forms.ChoiceField(label=_("What the caller pays"), choices=Kind.choices, widget=forms.RadioSelect)
    price = forms.DecimalField(
        label=_("Price"), min_value=0, max_digits=10, decimal_places=4, required=False,
        help_text=_("A minute or a call, in the main unit, as in 14.50."),
    )  # fmt: skip
    currency = forms.CharField(label=_("Currency"), max_length=3, help_text=_("Its code, as in NOK, EUR or PHP."))
    cap = forms.DecimalField(
        label=_("At most, for one call"), min_value=0, max_digits=10, decimal_places=4, required=False,
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    rounding = forms.ChoiceField(label=_("Time is counted"), choices=Tariff.Rounding.choices)
    queue_counts = forms.BooleanField(label=_("Waiting in the queue costs too"), required=False)
    own_price = forms.DecimalField(
        label=_("What the carrier charges us a minute"), min_value=0, max_digits=10, decimal_places=4, required=False,
        help_text=_("Empty: not known. Counted by the started minute of the caller’s line."),
    )  # fmt: skip
    own_currency = forms.CharField(label=_("Currency of that"), max_length=3)
    valid_from = WallTimeField(label=_("From"), required=False, help_text=_("Empty: from now on."))

    def clean_currency(self) -> str:
        return self._code("currency")

    def clean_own_currency(self) -> str:
        return self._code("own_currency")

    def _code(self, name: str) -> str:
        code = str(self.cleaned_data[name]).strip().upper()
        if code not in currencies.CODES:
            raise forms.ValidationError(_("This is not the code of a currency, such as NOK or EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        paid = given.get("kind") in (Kind.PER_MINUTE, Kind.PER_CALL)
        if paid and not given.get("price") and "price" not in self.errors:
            self.add_error("price", _("Say the price."))
        return given

    def terms(self) -> dict[str, Any]:
        """The facts that `lines.pricing.set_tariff` takes."""
        kept = {name: value for name, value in self.cleaned_data.items() if not name.endswith("_which")}
        return kept | {"price": kept.get("price") or 0}


@access.needs(access.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def tariffs(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The tariffs of a number, and the next one."""
    number, at = _find(request, slug, pk), timezone.now()
    rows = list(number.tariffs.select_related("created_by"))
    now = in_force(rows, at)
    form = TariffForm(request.POST or None, zone=number.hotline.zone, initial=facts_of(now or Tariff()))
    if request.method == "POST" and form.is_valid():
        try:
            pricing.set_tariff(number, by=request.user, at=at, **form.terms())
        except services.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, now_in_words("The tariff of %(number)s is saved.") % {"number": number})
            return redirect("lines:tariffs", slug, pk)
    shown = {"number": number, "hotline": number.hotline, "form": form, "rows": _rows(rows, now, at)}
    return render(request, "lines/tariffs.html", shown)


@access.needs(access.ADMINISTRATOR)
@require_POST
def withdraw_tariff(request: HttpRequest, slug: str, pk: int, tariff: int) -> HttpResponse:
    number, at = _find(request, slug, pk), timezone.now()
    found = get_object_or_404(number.tariffs, pk=tariff)
    try:
        pricing.withdraw_tariff(found, by=request.user, at=at)
    except services.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, now_in_words("The tariff is taken back."))
    return redirect("lines:tariffs", slug, pk)


def _rows(rows: list[Tariff], now: Tariff | None, at: datetime) -> list[dict[str, Any]]:
    return [
        {"tariff": each, "words": terms_in_words(each), "now": each == now, "to_come": each.valid_from > at}
        for each in rows
    ]


def terms_in_words(tariff: Tariff) -> str:
    """ "14.50 NOK a minute, by the started minute, at most 100.00 NOK; waiting costs too"."""
    if not tariff.priced:
        return str(tariff.get_kind_display())
    price = currencies.priced(tariff.price, tariff.currency)
    if tariff.kind == Kind.PER_CALL:
        words = [now_in_words("%(price)s a call") % {"price": price}]
    else:
        words = [now_in_words("%(price)s a minute") % {"price": price}, str(tariff.get_rounding_display())]
    if tariff.cap is not None:
        words.append(now_in_words("at most %(cap)s") % {"cap": currencies.priced(tariff.cap, tariff.currency)})
    if tariff.queue_counts:
        words.append(now_in_words("waiting costs too"))
    return ", ".join(words)


def _find(request: HttpRequest, slug: str, pk: int) -> Number:
    hotline = get_object_or_404(queries.visible_to(request.user), slug=slug)
    return get_object_or_404(Number.objects.select_related("hotline"), hotline=hotline, pk=pk)
