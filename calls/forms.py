"""The register's forms: the filter, the note, and the reason for looking at a number."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import Call, Note, Topic
from calls.register import LIVE, Filter
from lines.models import Hotline
from operators.models import Operator


class FilterForm(forms.Form):
    """What the list shows. Bound to the address; whatever does not fit is left out rather than refused."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"type": "search", "placeholder": _("Number, name or note")}),
    )
    hotline: Any = forms.ModelChoiceField(None, label=_("Hotline"), required=False, empty_label=_("all"))
    show = forms.ChoiceField(label=_("What became of it"), required=False)
    operator: Any = forms.ModelChoiceField(None, label=_("Operator"), required=False, empty_label=_("all"))
    topic: Any = forms.ModelChoiceField(None, label=_("Topic"), required=False, empty_label=_("all"))
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def __init__(self, data: Any, *, hotline_ids: list[int]) -> None:
        super().__init__(data)
        self.hotlines = Hotline.objects.filter(pk__in=hotline_ids)
        self.fields["hotline"].queryset = self.hotlines  # type: ignore[attr-defined]
        self.fields["operator"].queryset = Operator.objects.filter(hotlines__in=hotline_ids).distinct()  # type: ignore[attr-defined]
        topics = Topic.objects.filter(hotline__in=hotline_ids).select_related("parent", "hotline")
        if data.get("hotline", "").isdigit():
            topics = topics.filter(hotline=data["hotline"])
        self.fields["topic"].queryset = topics.order_by("hotline__name", "parent__position", "position")  # type: ignore[attr-defined]
        outcomes = [(value, label) for value, label in Call.Outcome.choices if value]
        self.fields["show"].choices = [("", _("all")), (LIVE, _("going on now")), *outcomes]  # type: ignore[attr-defined]

    def wanted(self) -> Filter:
        """The filter of everything that was given rightly."""
        self.is_valid()
        given = self.cleaned_data
        return Filter(
            hotline=_key(given.get("hotline")),
            show=given.get("show") or "",
            operator=_key(given.get("operator")),
            topic=_key(given.get("topic")),
            first_day=given.get("since"),
            last_day=given.get("until"),
            text=given.get("q") or "",
            zone=self.zone(),
        )

    def zone(self) -> str:
        """The zone in which days are meant: the hotline's, or the one that all hotlines share, else UTC."""
        chosen = self.cleaned_data.get("hotline")
        zones = {chosen.time_zone} if chosen else set(self.hotlines.values_list("time_zone", flat=True))
        return zones.pop() if len(zones) == 1 else "UTC"

    def active(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.cleaned_data.get(name) for name in self.fields)


def _key(chosen: Any) -> int | None:
    return chosen.pk if chosen else None


class NoteForm(forms.Form):
    """The note of a call, with the version that was read: another person's change is never overwritten in silence."""

    caller_name = forms.CharField(label=_("Caller"), required=False, max_length=120)
    topic: Any = forms.ModelChoiceField(None, label=_("Topic"))
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[("", "—"), *Note.Outcome.choices])
    summary = forms.CharField(label=_("Summary"), required=False, widget=forms.Textarea({"rows": 4}), max_length=10_000)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Any = None, *, call: Call, note: Note | None) -> None:
        initial: dict[str, Any] = {
            "caller_name": note.caller_name if note else "",
            "topic": note.topic_id if note else None,
            "outcome": note.outcome if note else "",
            "summary": note.summary if note else "",
            "version": note.version if note else 0,
        }
        super().__init__(data, initial=initial)
        topics = Topic.objects.filter(hotline=call.hotline_id).select_related("parent")
        kept = topics.filter(active=True) | topics.filter(pk__in=[note.topic_id] if note and note.topic_id else [])
        self.fields["topic"].queryset = kept.order_by("parent__position", "position")  # type: ignore[attr-defined]

    def answers(self) -> dict[str, Any]:
        """The facts that `calls.services.save_note` takes."""
        given = dict(self.cleaned_data)
        return given | {"topic_id": _key(given.pop("topic"))}


class RevealForm(forms.Form):
    """Why somebody has to see the whole number."""

    reason = forms.CharField(
        label=_("Why do you need the number?"),
        min_length=3,
        max_length=200,
        help_text=_("Your name, the time and this reason are kept with the call."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
