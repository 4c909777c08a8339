"""What supervisors type about shifts: a day, two times of the clock, and the breaks between them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from hotline.core import localtime
from hotline.core.moments import ClockInput, DayInput, MomentsForm
from operators.models import Operator
from scheduling.models import Break, Shift
from scheduling.services import PlannedBreak

DAY = timedelta(days=1)


class ShiftForm(MomentsForm):
    """When an operator works, as the clock of the shift's zone shows it."""

    moments = ("starts", "ends")
    operator = forms.ModelChoiceField(label=_("Operator"), queryset=Operator.objects.none())
    day = forms.DateField(label=_("Day"), widget=DayInput)
    starts = forms.TimeField(label=_("Starts"), widget=ClockInput)
    ends = forms.TimeField(
        label=_("Ends"), widget=ClockInput, help_text=_("At or before the time it starts: on the next day.")
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=localtime.zone_choices)

    def __init__(self, *args: Any, operators: QuerySet[Operator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["operator"].queryset = operators  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        if zone := self.cleaned_data.get("time_zone"):
            self.zone = ZoneInfo(zone)
        return super().clean()

    def wall(self, name: str) -> datetime | None:
        day, time = self.cleaned_data.get("day"), self.data_time(name)
        if day is None or time is None:
            return None
        starts = self.data_time("starts")
        next_day = name == "ends" and starts is not None and time <= starts
        return datetime.combine(day + DAY if next_day else day, time)

    def data_time(self, name: str) -> Any:
        """The time of a field; kept apart because `starts` is a moment already when `ends` is looked at."""
        if name not in self._times:
            self._times[name] = self.cleaned_data.get(name)
        return self._times[name]

    def full_clean(self) -> None:
        self._times: dict[str, Any] = {}
        super().full_clean()


class BreakForm(MomentsForm):
    """One break: what, when and for how long. A row whose kind is empty is no break."""

    moments = ("starts",)
    kind = forms.ChoiceField(label=_("Break"), choices=[("", _("none")), *Break.Kind.choices], required=False)
    starts = forms.TimeField(label=_("Starts"), widget=ClockInput, required=False)
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=240, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(["kind", "starts", "minutes", "starts_which"])

    def wall(self, name: str) -> None:
        """Which day is meant, the shift decides: see `plan`."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind"):
            for name in ("starts", "minutes"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Say when the break starts and how long it is."))
        return cleaned

    def plan(self, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> PlannedBreak | None:
        """The break within a shift, or None: for an empty row, or with an error at the field."""
        facts, self.zone = self.cleaned_data, zone
        if not facts.get("kind"):
            return None
        first = localtime.to_wall(starts_at, zone).date()
        walls = [datetime.combine(first + DAY * more, facts["starts"]) for more in (0, 1)]
        within = [wall for wall in walls if self._touches(wall, starts_at, ends_at)]
        if not within:
            self.add_error("starts", _("This time lies outside the shift."))
            return None
        begins = self.resolve("starts", within[0])
        if begins is None:
            return None
        return PlannedBreak(facts["kind"], begins, begins + timedelta(minutes=facts["minutes"]))

    def _touches(self, wall: datetime, starts_at: datetime, ends_at: datetime) -> bool:
        moments = localtime.occurrences(wall, self.zone)
        # A time that the clock jumps over lies in the shift too: `resolve` says that it does not exist.
        moments = moments or [wall.replace(tzinfo=self.zone).astimezone(starts_at.tzinfo)]
        return any(starts_at <= moment < ends_at for moment in moments)


BreakRows = formset_factory(BreakForm, extra=3, max_num=8, absolute_max=20)


def shift_initial(shift: Shift) -> dict[str, Any]:
    """A shift as its form shows it."""
    zone = shift.zone
    starts, ends = localtime.to_wall(shift.starts_at, zone), localtime.to_wall(shift.ends_at, zone)
    return {
        "operator": shift.operator_id,
        "day": starts.date(),
        "starts": starts.time(),
        "starts_which": localtime.which_of_two(shift.starts_at, zone),
        "ends": ends.time(),
        "ends_which": localtime.which_of_two(shift.ends_at, zone),
        "time_zone": shift.time_zone,
    }


def breaks_initial(shift: Shift) -> list[dict[str, Any]]:
    """The breaks that may still be planned anew, as the form's rows show them."""
    zone = shift.zone
    return [
        {
            "kind": row.kind,
            "starts": localtime.to_wall(row.starts_at, zone).time(),
            "starts_which": localtime.which_of_two(row.starts_at, zone),
            "minutes": round(row.length.total_seconds() / 60),
        }
        for row in shift.breaks.filter(begun_at=None)
    ]
