"""The forms of the people pages. Each names its fields: nothing else that is posted is read."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.postgres.forms import SimpleArrayField
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from operators import skills
from operators.models import Device, Operator, User


def _hotlines() -> Any:
    return User._meta.get_field("hotlines").related_model._default_manager.filter(active=True)


def _spoken_languages() -> list[tuple[str, Any]]:
    """The languages of the screens, and any other in which a hotline answers."""
    names = dict(settings.LANGUAGES)
    for languages in _hotlines().values_list("languages", flat=True):
        for code in languages:
            names.setdefault(code, code)
    return list(names.items())


class HotlinesField(forms.ModelMultipleChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(None, widget=forms.CheckboxSelectMultiple, required=False, **kwargs)


class PersonForm(forms.Form):
    """Who signs in, as what, and whose calls the person may see."""

    username = forms.CharField(label=_("Username"), max_length=150, widget=forms.TextInput({"autocomplete": "off"}))
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(
        label=_("E-mail address"), required=False, help_text=_("To sign in with, and to renew a forgotten password.")
    )
    role = forms.ChoiceField(label=_("Role"), choices=User.Role.choices, initial=User.Role.OPERATOR)
    language = forms.ChoiceField(label=_("Language of the screens"), required=False)
    hotlines = HotlinesField(
        label=_("Hotlines the person may see"),
        help_text=_("An administrator sees all of them. Operators also see those whose calls they answer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("as the browser asks")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["hotlines"].queryset = _hotlines()  # type: ignore[attr-defined]

    @staticmethod
    def facts(user: User) -> dict[str, Any]:
        """What the form shows first for somebody who is here already."""
        own = {
            name: getattr(user, name) for name in ("username", "first_name", "last_name", "email", "role", "language")
        }
        return own | {"hotlines": user.hotlines.all()}


class OperatorForm(forms.Form):
    """Whether calls ring this person, where, and which."""

    answers = forms.BooleanField(label=_("Answers calls"), required=False)
    display_name = forms.CharField(
        label=_("Name said to callers"), max_length=60, required=False, help_text=_("Left empty: the person's name.")
    )
    device = forms.ChoiceField(label=_("Answers by"), choices=Device.choices, initial=Device.BROWSER)
    phone = PhoneNumberField(
        label=_("Telephone"), required=False, help_text=_("With the country's code, as in +47 22 00 00 01.")
    )
    hotlines = HotlinesField(label=_("Hotlines whose calls the person answers"))
    skills = SimpleArrayField(
        forms.CharField(max_length=42),
        label=_("Skills"),
        required=False,
        help_text=_(
            "Single words separated by commas, as in “orders, refunds:3”. The number is the level: 1 is learning, "
            "2 is usual and need not be written, 3 is an expert."
        ),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hotlines"].queryset = _hotlines()  # type: ignore[attr-defined]
        self.fields["languages"].choices = _spoken_languages()  # type: ignore[attr-defined]

    @staticmethod
    def facts(operator: Operator | None) -> dict[str, Any]:
        """What the form shows first for somebody who is here already."""
        if operator is None:
            return {"answers": False}
        own = {name: getattr(operator, name) for name in ("display_name", "device", "phone", "languages")}
        own["skills"] = skills.write(operator.skills, operator.skill_levels)
        return own | {"answers": operator.active, "hotlines": operator.hotlines.all()}

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("answers"):
            if not found.get("hotlines"):
                self.add_error("hotlines", _("Choose at least one hotline, or nobody will ring."))
            if not found.get("languages"):
                self.add_error("languages", _("Choose at least one language."))
        return found


class ScreensForm(forms.Form):
    """One's own choices for the screens."""

    language = forms.ChoiceField(label=_("Language of the screens"), required=False)
    letter_keys = forms.BooleanField(
        label=_("Keys of a single letter"),
        required=False,
        help_text=_("As / to search. Turn them off if you speak to your computer; F2 and the like stay."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("as the browser asks")), *settings.LANGUAGES]  # type: ignore[attr-defined]
