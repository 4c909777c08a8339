"""The hotlines, the numbers that lead to them, and when they are open."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lines import hours, recording_words
from lines.tariffs import Tariff  # noqa: F401 - a model of this app, in a file of its own


def english() -> list[str]:
    return ["en"]


class Gate(models.TextChoices):
    """When callers must press a key before they join the queue, which machines do not."""

    OFF = "off", _("never")
    ALWAYS = "always", _("always")
    BUSY = "busy", _("when many calls come in")


class RingOrder(models.TextChoices):
    """Who is rung first of those who can take a call."""

    IDLE = "idle", _("whoever has been free longest")
    FEWEST = "fewest", _("whoever answered the fewest calls today")


class Hotline(models.Model):
    """One service that callers reach: its zone, languages, words and goals.

    `version` grows with every change to the hotline, its hours or closures, so that a process may keep parsed
    opening hours in memory and still never act on stale ones.
    """

    class Recording(models.TextChoices):
        NONE = "none", _("never")
        ANNOUNCE = "announce", _("announced, callers can refuse by key")
        ASK = "ask", _("only when the caller agrees by key")

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name in addresses"), unique=True)
    organisation = models.CharField(_("organisation, as spoken to callers"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    country = models.CharField(_("country of its holidays"), max_length=2, blank=True)
    closed_on_holidays = models.BooleanField(_("closed on public holidays"), default=False)
    languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("languages, first is default"), default=english
    )
    skills = ArrayField(
        models.CharField(max_length=40), verbose_name=_("skills an operator needs"), default=list, blank=True
    )
    level_seconds = models.PositiveSmallIntegerField(
        _("any level will do after, seconds, 0 = never"), default=0, db_default=0
    )
    preferred_skills = ArrayField(
        models.CharField(max_length=40), verbose_name=_("skills preferred"), default=list, db_default=[], blank=True
    )
    preference_seconds = models.PositiveSmallIntegerField(
        _("wait for those who have them, seconds"), default=0, db_default=0
    )
    ring_order = models.CharField(
        _("rung first"), max_length=6, choices=RingOrder, default=RingOrder.IDLE, db_default=RingOrder.IDLE
    )
    priority = models.SmallIntegerField(_("priority between hotlines, higher first"), default=0)
    service_level_seconds = models.PositiveSmallIntegerField(_("answer within, seconds"), default=20)
    service_level_percent = models.PositiveSmallIntegerField(
        _("goal, percent answered within it"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    short_abandon_seconds = models.PositiveSmallIntegerField(_("short abandon, seconds"), default=5)
    ring_seconds = models.PositiveSmallIntegerField(_("ring an operator for, seconds"), default=20)
    rings_all = models.BooleanField(_("ring everybody who can take the call at once"), default=False, db_default=False)
    max_wait_seconds = models.PositiveIntegerField(_("voicemail after waiting, seconds"), default=300)
    wrap_up_seconds = models.PositiveSmallIntegerField(_("wrap-up, seconds"), default=45)
    caller_hourly_limit = models.PositiveSmallIntegerField(_("calls from one number an hour, 0 = no limit"), default=0)
    caller_limit_minutes = models.PositiveSmallIntegerField(
        _("that limit holds within, minutes"), default=60, validators=[MinValueValidator(1)]
    )
    takes_everyone = models.BooleanField(_("take every caller"), default=False)
    gate = models.CharField(_("callers must press a key first"), max_length=6, choices=Gate, default=Gate.OFF)
    gate_calls = models.PositiveSmallIntegerField(
        _("many calls are, within a minute"), default=30, validators=[MinValueValidator(1)]
    )
    greeting = models.TextField(_("what callers hear first"), blank=True)
    closed_message = models.TextField(_("what callers hear when closed"), blank=True)
    voicemail_message = models.TextField(_("what callers hear before the tone"), blank=True)
    farewell = models.TextField(_("what callers hear last"), blank=True)
    listening_shown = models.BooleanField(
        _("operators see who is in their call with them"), default=True, db_default=True
    )
    voicemail_enabled = models.BooleanField(_("voicemail when nobody comes"), default=True)
    callbacks_enabled = models.BooleanField(_("offer a callback that keeps the place"), default=False)
    callback_caller_first = models.BooleanField(_("call the caller before an operator is rung"), default=False)
    recording_mode = models.CharField(
        _("conversations are recorded"), max_length=8, choices=Recording, default=Recording.NONE
    )
    recording_purpose = models.TextField(_("why they are recorded, as spoken"), blank=True)
    recording_more = models.CharField(_("where callers read more, as spoken"), max_length=200, blank=True)
    recording_days = models.PositiveSmallIntegerField(
        _("recordings are kept for, days"), default=30, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    recording_heard_by_operators = models.BooleanField(_("operators may hear their own recordings"), default=False)
    nothing_personal = models.BooleanField(_("notes keep nothing personal"), default=False, db_default=False)
    survey_enabled = models.BooleanField(_("one question after the conversation"), default=False)
    survey_question = models.TextField(_("the question, answered with keys 1 to 5"), blank=True)
    colour = models.PositiveSmallIntegerField(_("colour on the board, 1 to 8"), default=1)
    active = models.BooleanField(_("in use"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-priority", "name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what callers must not be told about recording. Raises ValidationError, a sentence for each field."""
        if wrong := recording_words.wrong(self):
            raise ValidationError(wrong)

    @property
    def records(self) -> bool:
        return self.recording_mode != self.Recording.NONE

    @property
    def recording_told(self) -> tuple[str, str, str] | None:
        """What callers are told of recording: mode, purpose and where to read more; None where it does not record."""
        return (self.recording_mode, self.recording_purpose, self.recording_more) if self.records else None

    def is_open(self, at: datetime) -> bool:
        """Whether callers are taken at a moment. No query once this version's hours are known to the process."""
        return hours.opening(self, at).is_open

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Number(models.Model):
    """A number the organisation owns. Short national numbers such as 116111 are as good as E.164."""

    class Kind(models.TextChoices):
        LOCAL = "local", _("local")
        MOBILE = "mobile", _("mobile")
        TOLL_FREE = "toll_free", _("toll-free")
        PREMIUM = "premium", _("premium")
        FORWARDED = "forwarded", _("forwarded office telephone")

    hotline = models.ForeignKey(Hotline, on_delete=models.PROTECT, related_name="numbers", verbose_name=_("hotline"))
    number = models.CharField(_("number"), max_length=32, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.LOCAL)
    lines = models.PositiveSmallIntegerField(_("calls at once"), default=10, validators=[MinValueValidator(1)])
    carrier_ref = models.CharField(max_length=64, blank=True, editable=False)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return self.number


class OpeningRule(models.Model):
    """One line of a hotline's opening hours, in the hotline's zone.

    A closing time at or before the opening time is on the next day (22:00-06:00); 00:00-00:00 is the whole day.
    """

    class Kind(models.TextChoices):
        ALWAYS = "always", _("always open")
        WEEKLY = "weekly", _("every week")
        DATED = "dated", _("every day of a period")
        ONE_OFF = "one_off", _("once, from and to")
        CLOSED = "closed", _("closed, as an exception")

    hotline = models.ForeignKey(Hotline, on_delete=models.CASCADE, related_name="opening_rules")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    weekday = models.PositiveSmallIntegerField(_("weekday, Monday is 0"), null=True, blank=True)
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)
    first_day = models.DateField(_("first day"), null=True, blank=True)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=120, blank=True)

    class Meta:
        ordering = ["kind", "weekday", "opens", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(weekday__isnull=True) | Q(weekday__lte=6), name="weekday_is_0_to_6"),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(starts_at__lt=F("ends_at")),
                name="opening_ends_after_it_starts",
            ),
        ]


class Closure(models.Model):
    """ "Close now": a hotline closed by hand, with a reason for colleagues and a message for callers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hotline = models.ForeignKey(Hotline, on_delete=models.CASCADE, related_name="closures")
    reason = models.CharField(_("reason, for colleagues"), max_length=200)
    message = models.TextField(_("message, for callers"), blank=True)
    closed_at = models.DateTimeField(_("closed at"))
    reopens_at = models.DateTimeField(_("reopens by itself at"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("reopened by hand at"), null=True, blank=True)
    closed_by = models.ForeignKey("operators.User", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-closed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["hotline"],
                condition=Q(reopened_at__isnull=True, reopens_at__isnull=True),
                name="one_open_ended_closure",
            )
        ]
