"""The register: every call, what happened in it, who was offered it, and what the exchange must do next."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Reverse, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Caller(models.Model):
    """A caller known by number. Never required: withheld and odd callers have no row."""

    number = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)
    blocked_reason = models.CharField(_("why blocked"), max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="caller_name_words")]


class Call(models.Model):
    """One incoming call. The row is the join of the facts known about it: times only ever get earlier or filled in,
    `state` only moves forward, so any order and repetition of the same events ends in the same row."""

    class State(models.TextChoices):
        ARRIVED = "arrived", _("arrived")
        WAITING = "waiting", _("waiting")
        CONNECTED = "connected", _("connected")
        VOICEMAIL = "voicemail", _("voicemail")
        ENDED = "ended", _("ended")

    class Outcome(models.TextChoices):
        NONE = "", _("open")
        ANSWERED = "answered", _("answered")
        ABANDONED = "abandoned", _("abandoned")
        VOICEMAIL = "voicemail", _("voicemail")
        CLOSED = "closed", _("called while closed")
        REJECTED = "rejected", _("rejected")
        FAILED = "failed", _("failed")

    class CallerKind(models.TextChoices):
        NUMBER = "number", _("number")
        WITHHELD = "withheld", _("withheld")
        SIP = "sip", _("SIP address")
        CLIENT = "client", _("browser telephone")
        ODD = "odd", _("unusual number")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    carrier_ref = models.CharField(max_length=64)
    # No indexes of their own: `call_of_hotline` and `call_live_on_number` serve, and each index costs every change.
    hotline = models.ForeignKey(
        "lines.Hotline", on_delete=models.PROTECT, null=True, related_name="calls", db_index=False
    )
    number = models.ForeignKey(
        "lines.Number", on_delete=models.SET_NULL, null=True, related_name="calls", db_index=False
    )
    dialled = models.CharField(max_length=64, blank=True)
    forwarded_from = models.CharField(max_length=64, blank=True)
    caller_number = models.CharField(max_length=128, blank=True)  # as received; "" when withheld
    caller_kind = models.CharField(max_length=8, choices=CallerKind, default=CallerKind.WITHHELD)
    caller = models.ForeignKey(Caller, on_delete=models.SET_NULL, null=True, related_name="calls", db_index=False)
    language = models.CharField(max_length=8, default="en")
    skills = ArrayField(models.CharField(max_length=40), default=list)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ARRIVED)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.NONE, blank=True)
    # Facts, each set by the event that knows it.
    arrived_at = models.DateTimeField()
    queued_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    ringing_until = models.DateTimeField(null=True)  # while somebody is rung for this call; null: it may be offered
    held_at = models.DateTimeField(null=True)  # since when the caller hears music and nobody hears the caller
    # A call that is passed on may wait a second time: it does while `returned_at` is later than `taken_at`.
    returned_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    handed = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often somebody began to pass it on
    answered_at = models.DateTimeField(null=True)
    voicemail_at = models.DateTimeField(null=True)
    operator_left_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wrapped_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=12, blank=True)  # closed, full, blocked, limit: why it was turned away
    left_first = models.CharField(max_length=8, blank=True)  # caller or operator, where the carrier's word shows it
    ended_by = models.CharField(max_length=10, blank=True)  # caller, operator, system
    operator = models.ForeignKey(
        "operators.Operator", on_delete=models.PROTECT, null=True, related_name="calls", db_index=False
    )
    lookup_ref = models.CharField(max_length=64, blank=True)  # the carrier's name for the queue or conference
    carrier_status = models.CharField(max_length=16, blank=True)
    carrier_seconds = models.PositiveIntegerField(null=True)
    recovered = models.BooleanField(default=False)  # reconciliation wrote or mended it
    training = models.BooleanField(default=False)
    checked_at = models.DateTimeField(null=True)  # last compared with the carrier's list

    class Meta:
        ordering = ["-arrived_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["carrier_ref"], name="a_call_has_one_row")]
        indexes = [
            models.Index(fields=["hotline", "-arrived_at", "-id"], name="call_of_hotline"),
            models.Index(fields=["-arrived_at", "-id"], name="call_newest"),
            models.Index(fields=["caller_number", "-arrived_at"], name="call_of_number"),
            models.Index(
                F("priority").desc(),
                "queued_at",
                "id",
                condition=Q(state="waiting"),  # not ringing_until: offering a call then touches no index
                name="call_waiting_in_order",
            ),
            models.Index(
                fields=["operator", "-answered_at"], condition=Q(operator__isnull=False), name="call_of_operator"
            ),
            models.Index(fields=["number"], condition=~Q(state="ended"), name="call_live_on_number"),
            models.Index(fields=["arrived_at"], condition=~Q(state="ended"), name="call_live"),
            models.Index(fields=["hotline", "queued_at"], condition=Q(queued_at__isnull=False), name="call_queued"),
            # `recovered` does not change while a call goes its way, so the few rows of this index cost it nothing.
            models.Index(fields=["-arrived_at", "-id"], condition=Q(recovered=True), name="call_recovered"),
            models.Index(OpClass(Reverse("caller_number"), name="text_pattern_ops"), name="call_number_backwards"),
        ]

    @property
    def wait_seconds(self) -> float | None:
        """Seconds from joining the queue to the answer, or to the end when nobody answered; None if never queued."""
        if self.queued_at is None:
            return None
        until = self.answered_at or self.voicemail_at or self.ended_at
        return max(0.0, (until - self.queued_at).total_seconds()) if until else None

    @property
    def talk_seconds(self) -> float | None:
        """Seconds from the answer to the end of the conversation; None while it lasts or if never answered."""
        until = self.operator_left_at or self.ended_at
        if self.answered_at is None or until is None:
            return None
        return max(0.0, (until - self.answered_at).total_seconds())


class CallEvent(models.Model):
    """The journal of a call: append-only, in the order in which things happened, with the source's own time.

    Journal and outbox are written in the transaction that holds the call's row, so the database need not check again
    that there is one: a caller would wait for the check.
    """

    class Kind(models.TextChoices):
        ARRIVED = "arrived"
        TURNED_AWAY = "turned_away"
        GREETED = "greeted"
        QUEUED = "queued"
        KEY = "key"
        OFFERED = "offered"
        DECLINED = "declined"
        MISSED = "missed"
        WITHDRAWN = "withdrawn"
        ANSWERED = "answered"
        CONNECTED = "connected"
        HELD = "held"
        RESUMED = "resumed"
        PASSED_ON = "passed_on"
        CONSULTED = "consulted"
        HANDED_OVER = "handed_over"
        NOT_TAKEN = "not_taken"
        RETURNED = "returned"
        OPERATOR_LEFT = "operator_left"
        VOICEMAIL = "voicemail"
        RECORDED = "recorded"
        ANNOUNCED = "announced"
        AGREED = "agreed"
        REFUSED = "refused"
        NO_ANSWER = "no_answer"
        RECORDING = "recording"
        SURVEY = "survey"
        CARRIER_STATUS = "carrier_status"
        FALLBACK = "fallback"
        ENDED = "ended"
        NOTE = "note"
        RECOVERED = "recovered"
        REPLAY = "replay"

    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="events", db_index=False, db_constraint=False
    )  # (call, key) serves
    at = models.DateTimeField()
    received_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=16, choices=Kind)
    data = models.JSONField(default=dict)
    source = models.CharField(max_length=12, default="webhook")  # webhook, status, switchboard, desk, api, reconciled
    key = models.CharField(max_length=120)  # the same delivery has the same key
    raw = models.JSONField(null=True)  # the request as received; personal data, under the retention rules

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["call", "key"], name="a_delivery_is_journalled_once")]


class Offer(models.Model):
    """A call offered to one operator.

    Written by the statement that locks both the call's row and the operator's, so the database need not look for them
    again at the commit: the two checks cost as much as the row.
    """

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        MISSED = "missed", _("missed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        FINISHED = "finished", _("finished")

    class Purpose(models.TextChoices):
        ANSWER = "answer"  # take the caller
        CONSULT = "consult"  # talk with the operator who has the caller

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="offers", db_constraint=False)
    operator = models.ForeignKey(
        "operators.Operator", on_delete=models.CASCADE, related_name="offers", db_constraint=False, db_index=False
    )  # what is open is found by the constraint's index; what was, by the call
    state = models.CharField(max_length=10, choices=State, default=State.RINGING)
    purpose = models.CharField(max_length=8, choices=Purpose, default=Purpose.ANSWER, db_default=Purpose.ANSWER)
    device = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    ring_until = models.DateTimeField()
    leg_ref = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unknown legs are not equal
    rang_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["leg_ref"], condition=Q(leg_ref__isnull=False), name="a_leg_belongs_to_one_offer"
            ),
            models.UniqueConstraint(
                fields=["operator"],
                condition=Q(state__in=["ringing", "accepted"]),
                name="an_operator_has_one_open_offer",
            ),
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state="accepted", purpose="answer"),
                name="a_call_has_one_operator_leg",
            ),
        ]


class Leg(models.Model):
    """An outside telephone that is rung for a call and, once answered, talks in it."""

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")
        OVER = "over", _("over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="outside_legs")
    number = models.CharField(max_length=32)
    state = models.CharField(max_length=8, choices=State, default=State.RINGING)
    made_at = models.DateTimeField()
    ring_until = models.DateTimeField()
    leg_ref = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unknown legs are not equal
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["ring_until"], condition=Q(state="ringing"), name="leg_ringing")]


class Transfer(models.Model):
    """A call that its operator passes on: cold, and the operator is free at once, or warm, after a word with whoever
    takes it. The target is a colleague (`offer`), an outside telephone (`leg`) or the line of a hotline (neither)."""

    class Kind(models.TextChoices):
        COLD = "cold", _("at once")
        WARM = "warm", _("after a word")

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")  # operator and target; the caller too, when off hold
        DONE = "done", _("taken")
        FAILED = "failed", _("not taken")
        CANCELLED = "cancelled", _("taken back")

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="transfers")
    by = models.ForeignKey("operators.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=4, choices=Kind)
    state = models.CharField(max_length=9, choices=State)
    to = models.CharField(max_length=160)  # for screens: a name, or a masked number
    offer = models.OneToOneField(Offer, on_delete=models.CASCADE, null=True, related_name="transfer")
    leg = models.OneToOneField(Leg, on_delete=models.CASCADE, null=True, related_name="transfer")
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-made_at"], name="transfer_by")]
        constraints = [
            models.UniqueConstraint(
                fields=["call"],
                condition=Q(state__in=["ringing", "talking"]),
                name="a_call_is_passed_on_once_at_a_time",
            )
        ]


class Instruction(models.Model):
    """What the exchange must do next: the outbox between a decision and the carrier."""

    class Kind(models.TextChoices):
        RING = "ring"  # create the operator's leg of an offer
        HANG_UP = "hang_up"  # end a leg: payload {"leg_ref"} or {"leg"}
        MOVE = "move"  # fetch the call's next step: the caller leaves the queue or the conference
        HOLD = "hold"  # the caller hears music, or the others again: whatever the call's `held_at` says by then
        DIAL = "dial"  # create an outside telephone's leg: payload {"leg"}
        RECORD = "record"  # record, pause or stop: whatever the call's consent says by then
        ERASE = "erase"  # delete a recording's sound: payload {"recording"}

    class State(models.TextChoices):
        PENDING = "pending"
        CLAIMED = "claimed"
        DONE = "done"
        FAILED = "failed"
        UNCERTAIN = "uncertain"  # the carrier may or may not have acted: look it up, never repeat blindly

    kind = models.CharField(max_length=8, choices=Kind)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="instructions", db_constraint=False)
    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, null=True, related_name="instructions", db_index=False, db_constraint=False
    )
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=["pending", "claimed", "uncertain"]),
                name="instruction_due",
            )
        ]


class Topic(models.Model):
    """What calls are about, in two levels, per hotline."""

    hotline = models.ForeignKey("lines.Hotline", on_delete=models.CASCADE, related_name="topics")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return f"{self.parent.name} / {self.name}" if self.parent else self.name


class Note(models.Model):
    """What the operator wrote of a call. A draft until `saved_at`; the draft survives a crash of the browser."""

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("answered")
        REFERRED = "referred", _("referred")
        CALLBACK = "callback", _("call back")
        ORDER = "order", _("order")
        WRONG_NUMBER = "wrong_number", _("wrong number")
        PRANK = "prank", _("prank")
        SILENT = "silent", _("silent")

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="note")
    operator = models.ForeignKey("operators.Operator", on_delete=models.SET_NULL, null=True, related_name="notes")
    caller_name = models.CharField(_("caller"), max_length=120, blank=True)
    topic = models.ForeignKey(Topic, on_delete=models.SET_NULL, null=True, blank=True, related_name="notes")
    outcome = models.CharField(_("outcome"), max_length=14, choices=Outcome, blank=True)
    summary = models.TextField(_("summary"), blank=True)
    version = models.PositiveIntegerField(default=0)  # grows with each write: two writers cannot overwrite silently
    drafted_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            GinIndex(OpClass(Upper("summary"), name="gin_trgm_ops"), name="note_summary_words"),
            GinIndex(OpClass(Upper("caller_name"), name="gin_trgm_ops"), name="note_caller_words"),
        ]


class NoteVersion(models.Model):
    """A note as it was saved once: nothing that was saved is lost."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    saved_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    topic = models.CharField(max_length=170, blank=True)
    outcome = models.CharField(max_length=14, blank=True)
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["note", "version"], name="a_note_version_is_kept_once")]


class Voicemail(models.Model):
    """A message left by a caller."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="voicemail")
    recording_ref = models.CharField(max_length=64, unique=True)
    url = models.URLField(max_length=400, blank=True)
    seconds = models.PositiveIntegerField(null=True)
    left_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")


class SavedView(models.Model):
    """A filter of the register that a person keeps under a name. A removed one is kept a while, to be brought back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(max_length=600)  # as it stands in the register's address
    shared = models.BooleanField(_("for everyone of my hotlines"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], condition=Q(removed_at__isnull=True), name="a_view_has_its_name_alone"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """A signed webhook that no call could be found or made for: kept so that nothing the carrier said is lost."""

    received_at = models.DateTimeField(default=timezone.now)
    path = models.CharField(max_length=200)
    raw = models.JSONField()
    why = models.CharField(max_length=120)


from calls.recording_models import Consent, Recording, Survey  # noqa: E402, F401 - models of a file of their own
