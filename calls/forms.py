"""The register's small forms: the note, the reasons for a number or a file, a view's name, the look of the list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calls.models import Call, Note, Topic


def _key(chosen: Any) -> int | None:
    return chosen.pk if chosen else None


COLUMNS = [
    ("hotline", _("Hotline")),
    ("caller", _("Caller")),
    ("operator", _("Operator")),
    ("wait", _("Wait")),
    ("talk", _("Talk")),
    ("topic", _("Topic")),
    ("outcome", _("Outcome")),
    ("flags", _("Marks")),
]
DENSITIES = [("roomy", _("roomy")), ("dense", _("dense"))]


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
        if call.hotline is not None and call.hotline.nothing_personal:
            del self.fields["caller_name"]
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


class ExportForm(forms.Form):
    """Why somebody takes calls out of the system, and what of them."""

    reason = forms.CharField(
        label=_("What is the file for?"),
        min_length=3,
        max_length=200,
        help_text=_("Your name, the time and this reason are kept."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    notes = forms.BooleanField(label=_("With the text of the notes"), required=False)
    numbers = forms.BooleanField(label=_("With the callers’ whole numbers"), required=False)


class ViewForm(forms.Form):
    """A name for the filter that is shown."""

    name = forms.CharField(label=_("Name"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    shared = forms.BooleanField(label=_("For everyone of my hotlines"), required=False)


class LookForm(forms.Form):
    """Which columns the list shows, and how dense it is."""

    columns = forms.MultipleChoiceField(
        label=_("Columns"), choices=COLUMNS, required=False, widget=forms.CheckboxSelectMultiple
    )
    density = forms.ChoiceField(label=_("Rows"), choices=DENSITIES, widget=forms.RadioSelect)
