"""The forms of the knowledge pages. A hotline is always one of the person's own."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from knowledge.models import Contact, Question, Script, Snippet
from lines.models import Hotline

MOST_STEPS = 30


def _day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


class _OfHotline(forms.ModelForm):
    """An entry of one of these hotlines, in a language."""

    def __init__(self, *args: Any, hotline_ids: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hotline"].queryset = Hotline.objects.filter(pk__in=hotline_ids)  # type: ignore[attr-defined]
        if "language" in self.fields:
            known: dict[str, Any] = dict(settings.LANGUAGES)
            for languages in Hotline.objects.filter(pk__in=hotline_ids).values_list("languages", flat=True):
                for code in languages:
                    known.setdefault(code, code)
            self.fields["language"] = forms.ChoiceField(label=_("Language"), choices=list(known.items()))


class QuestionForm(_OfHotline):
    class Meta:
        model = Question
        fields = [
            "hotline",
            "language",
            "question",
            "answer",
            "details",
            "keywords",
            "sensitive",
            "emergency",
            "review_on",
        ]
        labels = {"hotline": _("Hotline")}
        widgets = {
            "answer": forms.Textarea({"rows": 4}),
            "details": forms.Textarea({"rows": 3}),
            "review_on": _day(),
        }
        help_texts = {
            "answer": _("Up to five lines that can be read to a caller as they stand."),
            "details": _("For the operator alone."),
            "keywords": _("Words callers use that the question does not."),
            "emergency": _("Stands in red above everything else on the desks of this hotline."),
        }


class ContactForm(_OfHotline):
    class Meta:
        model = Contact
        fields = ["hotline", "name", "role", "phone", "email", "competence", "hours", "verified_on"]
        labels = {"hotline": _("Hotline")}
        widgets = {"competence": forms.Textarea({"rows": 3}), "verified_on": _day()}


class SnippetForm(_OfHotline):
    class Meta:
        model = Snippet
        fields = ["hotline", "name", "text"]
        labels = {"hotline": _("Hotline")}
        widgets = {"text": forms.Textarea({"rows": 4})}
        help_texts = {"name": _("Short: it is what one types after ::")}


class ScriptForm(_OfHotline):
    """A script with its steps, one a line."""

    steps = forms.CharField(
        label=_("steps, one a line"), required=False, widget=forms.Textarea({"rows": 6}), max_length=6000
    )

    class Meta:
        model = Script
        fields = ["hotline", "language", "occasion", "greeting", "closing"]
        labels = {"hotline": _("Hotline"), "occasion": _("Occasion")}
        widgets = {"greeting": forms.Textarea({"rows": 3}), "closing": forms.Textarea({"rows": 3})}
        help_texts = {"greeting": _("{operator}, {hotline}, {organisation} and {daypart} are filled in.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["steps"] = "\n".join(step.text for step in self.instance.steps.all())

    def clean_steps(self) -> list[str]:
        """The steps that hold something."""
        steps = [line.strip() for line in self.cleaned_data["steps"].splitlines() if line.strip()]
        if len(steps) > MOST_STEPS:
            raise forms.ValidationError(_("A script has at most %(number)s steps.") % {"number": MOST_STEPS})
        return steps
