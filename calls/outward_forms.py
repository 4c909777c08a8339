"""What administrators type about calls outwards."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from phonenumbers import SUPPORTED_REGIONS

from calls.models import OutwardRule
from hotline.core import localtime
from lines import currencies

_MOST = Decimal(10) ** 9


class LimitsForm(forms.Form):
    """The limits of a day, of all hotlines together."""

    daily_minutes = forms.IntegerField(
        label=_("Minutes a day"), min_value=0, max_value=1_000_000, help_text=_("0: no limit.")
    )
    daily_spend = forms.DecimalField(
        label=_("Money a day"), min_value=0, max_value=_MOST, decimal_places=3,
        help_text=_("In whole units with decimals, such as 250 or 12.50. 0: no limit."),
    )  # fmt: skip
    currency = forms.CharField(
        label=_("Currency"), max_length=3,
        help_text=_("Best that of the carrier’s bills, such as USD: then its real prices count once they are known."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, rule: OutwardRule) -> None:
        spend = currencies.main(rule.daily_spend, rule.currency)
        first = {
            "daily_minutes": rule.daily_minutes, "currency": rule.currency, "countries": ", ".join(rule.countries),
            "daily_spend": f"{spend.normalize():f}", "typed": rule.typed, "time_zone": rule.time_zone,
            "minute_price": None if rule.minute_price is None else f"{rule.minute_price.normalize():f}",
        }  # fmt: skip
        super().__init__(data, initial=first)

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code not in currencies.CODES:
            raise forms.ValidationError(_("This is not the code of a currency, such as NOK or EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "currency" in given and "daily_spend" in given:
            minor = given["daily_spend"] * currencies.smallest(given["currency"])
            if minor != minor.to_integral_value():
                self.add_error("daily_spend", _("The currency has no such small units."))
            given["minor"] = int(minor)
        return given

    def facts(self) -> dict[str, Any]:
        """The fields of the rule."""
        kept = {name: value for name, value in self.cleaned_data.items() if name not in ("daily_spend", "minor")}
        return kept | {"daily_spend": self.cleaned_data["minor"]}


class TogetherForm(LimitsForm):
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=localtime.zone_choices, required=False,
        help_text=_("Whose midnight begins the day. Empty: that of the first hotline."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, rule: OutwardRule) -> None:
        super().__init__(data, rule=rule)
        zones: Any = self.fields["time_zone"]
        zones.choices = [("", "—"), *localtime.zone_choices()]


class RuleForm(LimitsForm):
    """Where a hotline may call, and how much."""

    countries = forms.CharField(
        label=_("Countries that are called"), max_length=200, required=False,
        help_text=_("Two-letter codes separated by commas, such as NO, SE. Empty: the hotline’s own country only."),
    )  # fmt: skip
    typed = forms.BooleanField(
        label=_("Operators may type a number"), required=False,
        help_text=_("Otherwise they may call only contacts, and callers found in the register."),
    )  # fmt: skip
    minute_price = forms.DecimalField(
        label=_("What an outgoing minute costs us"), min_value=0, max_digits=10, decimal_places=4, required=False,
        help_text=_("Used until the carrier tells its real price. Empty: the price in the number’s tariff."),
    )  # fmt: skip
    field_order = ["countries", "typed", "daily_minutes", "daily_spend", "currency", "minute_price"]

    def clean_countries(self) -> list[str]:
        codes = [code.strip().upper() for code in self.cleaned_data["countries"].split(",") if code.strip()]
        wrong = [code for code in codes if code not in SUPPORTED_REGIONS]
        if wrong:
            raise forms.ValidationError(
                _("“%(code)s” is not the code of a country, such as NO or SE."), params={"code": wrong[0]}
            )
        return list(dict.fromkeys(codes))
