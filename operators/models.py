"""The people: who may sign in, who answers, and what each is doing now."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from operators.agency_models import Agency, AgencyHours, AgencyRule  # noqa: F401 - models of this app, in a file of their own
from operators.message_models import Message  # noqa: F401 - the same


class User(AbstractUser):
    """Someone who signs in. The hotlines are those the person may see; an administrator sees all."""

    class Role(models.TextChoices):
        ADMINISTRATOR = "administrator", _("administrator")
        SUPERVISOR = "supervisor", _("supervisor")
        OPERATOR = "operator", _("operator")

    role = models.CharField(_("role"), max_length=16, choices=Role, default=Role.OPERATOR)
    hotlines = models.ManyToManyField("lines.Hotline", blank=True, related_name="people", verbose_name=_("hotlines"))
    language = models.CharField(_("language of the screens"), max_length=8, blank=True)
    letter_keys = models.BooleanField(_("keys of a single letter"), default=True)

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class Presence(models.TextChoices):
    """What an operator is doing. Only `operators.presence` changes it."""

    READY = "ready", _("Ready")
    RINGING = "ringing", _("Ringing")
    ON_CALL = "on_call", _("On call")
    WRAP_UP = "wrap_up", _("Wrap-up")
    BREAK = "break", _("Break")
    LUNCH = "lunch", _("Lunch")
    OTHER = "other", _("Other")
    OFFLINE = "offline", _("Offline")
    MISSED = "missed", _("Missed a call")
    DISCONNECTED = "disconnected", _("Disconnected")


class Device(models.TextChoices):
    BROWSER = "browser", _("browser")
    PHONE = "phone", _("telephone")


class Operator(models.Model):
    """A person who answers calls: what they can, where they are rung, and their presence."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="operator")
    display_name = models.CharField(_("name said to callers"), max_length=60)
    identity = models.CharField(_("browser telephone"), max_length=40, unique=True, editable=False)
    phone = PhoneNumberField(_("telephone"), blank=True)
    device = models.CharField(_("answers by"), max_length=8, choices=Device, default=Device.BROWSER)
    hotlines = models.ManyToManyField("lines.Hotline", blank=True, related_name="operators", verbose_name=_("hotlines"))
    skills = ArrayField(models.CharField(max_length=40), verbose_name=_("skills"), default=list, blank=True)
    skill_levels = models.JSONField(default=dict, db_default={}, editable=False)  # of each skill; left out: 2
    # What whoever asks for a skill, or for a level of it, looks for: "billing", "billing:1", "billing:2". A trigger
    # keeps it, as a generated column would be worked out anew at every change of presence.
    skill_marks = ArrayField(models.CharField(max_length=44), default=list, db_default=[], editable=False)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True)
    agency = models.ForeignKey(
        Agency, on_delete=models.SET_NULL, null=True, blank=True, related_name="members", db_index=False
    )  # a handful of people: read faster than found
    active = models.BooleanField(_("works here"), default=True)
    # Presence: written by operators.presence alone.
    state = models.CharField(max_length=12, choices=Presence, default=Presence.OFFLINE, editable=False)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    state_reason = models.CharField(max_length=120, blank=True, editable=False)
    next_state = models.CharField(max_length=12, choices=Presence, blank=True, editable=False)
    next_reason = models.CharField(max_length=120, blank=True, editable=False)
    idle_since = models.DateTimeField(default=timezone.now, editable=False)  # when the last call was done
    desk_seen_at = models.DateTimeField(null=True, editable=False)  # null: ready without a desk page

    class Meta:
        ordering = ["display_name"]
        # No index on presence: it changes with every ring, and a few hundred people are read faster than an index of
        # them is kept. So a change of presence writes one row and no index.
        #
        # The table has one column more, `hotline_ids`: the hotlines again, as an array, for the one statement that
        # picks whom to ring. A trigger on the table between keeps it, so no code can leave it behind; it is no field
        # here, because saving an operator read earlier would write an old list back.

    def __str__(self) -> str:
        return self.display_name

    @property
    def skills_in_words(self) -> str:
        """The skills, with their levels where they are not the usual ones."""
        said = _("%(skill)s (level %(level)s)")
        levels = self.skill_levels
        named = (said % {"skill": each, "level": levels[each]} if each in levels else each for each in self.skills)
        return ", ".join(str(each) for each in named)


class PresenceChange(models.Model):
    """One change of an operator's state: what, when, why and by whom. Never edited.

    Written in the statement that changes the operator, so the database need not check again that there is one: the
    check costs as much as the row.
    """

    operator = models.ForeignKey(
        Operator, on_delete=models.CASCADE, related_name="presence_changes", db_index=False, db_constraint=False
    )
    at = models.DateTimeField()
    from_state = models.CharField(max_length=12, choices=Presence)
    to_state = models.CharField(max_length=12, choices=Presence)
    cause = models.CharField(max_length=40)  # a code of operators.presence.Cause
    detail = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )

    class Meta:
        indexes = [models.Index(fields=["operator", "-at"], name="presence_of_operator")]
