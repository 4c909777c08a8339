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


class MomentsForm(forms.Form):
    """Turns wall-clock fields, named in `moments`, into moments of `zone`; asks where a clock shows a time twice.

    For each moment `x` the form gets a field `x_which`, which `shown` leaves out until there is something to ask.
    """

    moments: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, zone: ZoneInfo, initial: dict[str, Any] | None = None, **kwargs: Any) -> None:
        self.zone = zone
        self.asked: set[str] = set()
        kwargs["initial"] = self._walls(dict(initial or {}))
        super().__init__(*args, **kwargs)
        order: list[str] = []
        for name in list(self.fields):
            order.append(name)
            if name in self.moments:
                self.fields[f"{name}_which"] = which_field()
                order.append(f"{name}_which")
        self.order_fields(order)

    def _walls(self, initial: dict[str, Any]) -> dict[str, Any]:
        """Moments given to start with, as the clock shows them, each with its question answered."""
        for name in self.moments:
            moment = initial.get(name)
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                initial[name] = localtime.to_wall(moment, self.zone)
                initial[f"{name}_which"] = localtime.which_of_two(moment, self.zone)
            if initial.get(f"{name}_which"):
                self.asked.add(f"{name}_which")
        return initial

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in self.moments:
            wall = self.wall(name)
            if wall is not None:
                self.cleaned_data[name] = self.resolve(name, wall)
        return self.cleaned_data

    def wall(self, name: str) -> datetime | None:
        """What the clock shows at a moment of the form, once its fields are clean."""
        return self.cleaned_data.get(name)

    def resolve(self, name: str, wall: datetime) -> datetime | None:
        """The moment meant by a wall-clock time, or None with an error at the field or at its question."""
        question = f"{name}_which"
        which = self.cleaned_data.get(question)
        if len(localtime.occurrences(wall, self.zone)) > 1:
            self.asked.add(question)
        try:
            return localtime.to_utc(wall, self.zone, which=int(which) if which else None)
        except localtime.NoSuchTime as error:
            self.add_error(name, str(error))
        except localtime.TwiceThatNight as error:
            self.fields[question].required = True
            self.add_error(question, str(error))
        return None

    @property
    def shown(self) -> Iterator[BoundField]:
        """The fields to show: the questions only where there is something to ask."""
        questions = {f"{name}_which" for name in self.moments}
        return (bound for bound in self if bound.name not in questions - self.asked)


def which_field() -> forms.ChoiceField:
    """The question which of two equal times is meant."""
    return forms.ChoiceField(
        label=_("Which of the two?"), choices=FIRST_OR_SECOND, widget=forms.RadioSelect, required=False
    )
