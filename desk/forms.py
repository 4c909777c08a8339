"""The form of the desk that is no note: which call is to be written down by hand."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lines.models import Hotline
from operators.models import Operator


class ByHandForm(forms.Form):
    """Hotline, number and time of a call; the time is that of the hotline's zone."""

    hotline: Any = forms.ModelChoiceField(None, label=_("Hotline"), empty_label=None)
    caller = forms.CharField(label=_("Caller’s number"), required=False, max_length=40)
    when = forms.DateTimeField(
        label=_("When it was"), widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

    def __init__(self, data: Any, *, operator: Operator) -> None:
        hotlines = Hotline.objects.filter(operators=operator, active=True)
        first = hotlines.first()
        zone = ZoneInfo(first.time_zone) if first else None
        super().__init__(data, prefix="by-hand", initial={"when": timezone.localtime(timezone=zone)})
        self.fields["hotline"].queryset = hotlines  # type: ignore[attr-defined]

    def answers(self) -> dict[str, Any]:
        """The facts that `calls.services.log_by_hand` takes."""
        hotline, when = self.cleaned_data["hotline"], timezone.make_naive(self.cleaned_data["when"])
        caller = self.cleaned_data["caller"]
        return {"hotline_id": hotline.pk, "caller": caller, "took_place_at": when.replace(tzinfo=hotline.zone)}
