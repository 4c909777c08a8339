"""Form fields for moments, typed as the clock of a zone shows them.

On the night a clock goes back the form asks which of the two times is meant; on the night it goes forward it says
that the time does not exist. What was typed stays.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from hotline.core import localtime

FIRST_OR_SECOND = [("1", _("the first, before the clocks go back")), ("2", _("the second, after it"))]


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class WallTimeField(forms.Field):
    """A day and a time of the clock, without a zone."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    default_error_messages = {"invalid": _("Write the day and the time, as in 2026-03-29 14:30.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value
        try:
            wall = parse_datetime(str(value).strip())
        except ValueError:
            wall = None
        if wall is None or wall.tzinfo is not None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return wall


class MomentsMixin:
    """Turns wall-clock fields, named in `moments`, into moments of `zone`; asks where a clock shows a time twice.

    For each moment `x` the form gets a field `x_which`, which `shown` leaves out until there is something to ask.
    """

    moments: ClassVar[tuple[str, ...]] = ()
    fields: dict[str, forms.Field]
    cleaned_data: dict[str, Any]

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        initial = {**(kwargs.pop("initial", None) or {})}
        self.zone = zone
        self.asked: set[str] = set()
        for name in self.moments:
            moment = initial.get(name)
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                which = localtime.which_of_two(moment, zone)
                initial[name] = localtime.to_wall(moment, zone)
                if which:
                    initial[f"{name}_which"] = str(which)
                    self.asked.add(f"{name}_which")
        super().__init__(*args, initial=initial, **kwargs)
        order: list[str] = []
        for name in list(self.fields):
            order.append(name)
            if name in self.moments:
                self.fields[f"{name}_which"] = which_field()
                order.append(f"{name}_which")
        self.order_fields(order)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        super().clean()  # type: ignore[misc]
        for name in self.moments:
            wall = self.cleaned_data.get(name)
            if wall is not None:
                self.cleaned_data[name] = self.resolve(name, wall, self.cleaned_data.get(f"{name}_which"))
        return self.cleaned_data

    def resolve(self, name: str, wall: datetime, which: str | None) -> datetime | None:
        """The moment meant by a wall-clock time, or None with an error at the field or at its question."""
        question = f"{name}_which"
        if len(localtime.occurrences(wall, self.zone)) > 1:
            self.asked.add(question)
        try:
            return localtime.to_utc(wall, self.zone, which=int(which) if which else None)
        except localtime.NoSuchTime as error:
            self.add_error(name, str(error))  # type: ignore[attr-defined]
        except localtime.TwiceThatNight as error:
            self.add_error(question, str(error))  # type: ignore[attr-defined]
        return None

    @property
    def shown(self) -> Iterator[BoundField]:
        """The fields to show: the questions only where there is something to ask."""
        questions = {f"{name}_which" for name in self.moments}
        return (bound for bound in self if bound.name not in questions - self.asked)  # type: ignore[attr-defined]


def which_field() -> forms.ChoiceField:
    """The question which of two equal times is meant."""
    return forms.ChoiceField(
        label=_("Which of the two?"), choices=FIRST_OR_SECOND, widget=forms.RadioSelect, required=False
    )
