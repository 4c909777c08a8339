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

from calls.attendance import Attendance, CallForHelp  # noqa: F401 - found here as every model of the app
from calls.callback_models import Callback  # noqa: F401 - models of this app are found here
from calls.note_models import Note, NoteVersion, Topic  # noqa: F401 - models of this app are found here
from calls.outward_models import LegPrice, Outgoing, OutwardAlarm, OutwardRule  # noqa: F401 - of a file of their own
from calls.plans.models import CallPlan, PlanSound  # noqa: F401 - models of this app, in a folder of their own
from calls.saved_view_models import SavedView  # noqa: F401 - models of this app are found here
from calls.transfer_models import Leg, Transfer  # noqa: F401 - models of this app are found here
from calls.voicemail_models import Voicemail  # noqa: F401 - models of this app are found here


class Caller(models.Model):
    """A caller known by number. Never required: withheld and odd callers have no row."""

    number = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    note = models.TextField(_("note"), blank=True)
    blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)
    blocked_reason = models.CharField(_("why blocked"), max_length=200, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="caller_name_words")]


class Call(models.Model):
    """One call, of a caller to us or of us to somebody who asked to be called back. The row is the join of the facts
    known about it: times only ever get earlier or filled in, `state` only moves forward, so any order and repetition of
    the same events ends in the same row."""

    class Direction(models.TextChoices):
        INCOMING = "incoming", _("incoming")
        OUTGOING = "outgoing", _("outgoing")

    class State(models.TextChoices):
        ARRIVED = "arrived", _("arrived")
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent on")  # an outside telephone is rung for the caller
        CONNECTED = "connected", _("connected")
        VOICEMAIL = "voicemail", _("voicemail")
        CALLBACK = "callback", _("asked to be called back")
        ENDED = "ended", _("ended")

    class Outcome(models.TextChoices):
        NONE = "", _("open")
        ANSWERED = "answered", _("answered")
        OUTSIDE = "outside", _("answered outside")
        ABANDONED = "abandoned", _("abandoned")
        VOICEMAIL = "voicemail", _("voicemail")
        CALLBACK = "callback", _("callback asked for")
        UNREACHED = "unreached", _("not reached")
        CANCELLED = "cancelled", _("callback cancelled")
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
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.INCOMING, db_default="incoming")
    # The callback that an incoming call asked for, or that an outgoing one is made for; `attempt_of_callback` serves.
    callback = models.ForeignKey(
        "calls.Callback", on_delete=models.SET_NULL, null=True, related_name="calls", db_index=False
    )
    callback_to = models.CharField(max_length=20, blank=True, default="", db_default="")  # keyed in by the caller
    forwarded_from = models.CharField(max_length=64, blank=True)
    caller_number = models.CharField(max_length=128, blank=True)  # as received; "" when withheld
    caller_kind = models.CharField(max_length=8, choices=CallerKind, default=CallerKind.WITHHELD)
    caller = models.ForeignKey(Caller, on_delete=models.SET_NULL, null=True, related_name="calls", db_index=False)
    language = models.CharField(max_length=8, default="en")
    skills = ArrayField(models.CharField(max_length=40), default=list)
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ARRIVED)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.NONE, blank=True)
    # What the number cost its caller when the call arrived: a later price never rewrites it.
    tariff = models.ForeignKey("lines.Tariff", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    # The version of the call plan it goes by (those that were in force are never removed), and what the caller chose.
    plan = models.ForeignKey(
        "calls.CallPlan", on_delete=models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    topic = models.ForeignKey("calls.Topic", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    forwarded_at = models.DateTimeField(null=True)  # sent on to another hotline; its wait counts from here
    # Facts, each set by the event that knows it.
    arrived_at = models.DateTimeField()
    gated_at = models.DateTimeField(null=True)  # asked to press a key before the queue
    gate_passed_at = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    offered_at = models.DateTimeField(null=True)
    ringing_until = models.DateTimeField(null=True)  # while somebody is rung for this call; null: it may be offered
    held_at = models.DateTimeField(null=True)  # since when the caller hears music and nobody hears the caller
    # A call that is passed on may wait a second time: it does while `returned_at` is later than `taken_at`.
    returned_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    handed = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often somebody began to pass it on
    answered_at = models.DateTimeField(null=True)
    # Sent on by a call plan: it is while `sent_at` is later than `sent_back_at`, until an outside telephone takes it.
    sent_at = models.DateTimeField(null=True)
    sent_back_at = models.DateTimeField(null=True)
    outside_at = models.DateTimeField(null=True)  # such a telephone took the caller
    voicemail_at = models.DateTimeField(null=True)
    callback_at = models.DateTimeField(null=True)  # the caller asked to be called back, and need not wait on
    reached_at = models.DateTimeField(null=True)  # of an outgoing call: whoever picked up pressed a key
    operator_left_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    wrapped_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=12, blank=True)  # closed, full, blocked, limit, gate: why turned away
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
    # A supervisor came or was called for: only then does the end of the call look for whom to let go.
    supervised = models.BooleanField(default=False, db_default=False)
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
            # For what waiting callers are told, each round of music: the talk of the last half hour.
            models.Index(
                fields=["hotline", "answered_at"], condition=Q(answered_at__isnull=False), name="call_answered_lately"
            ),
            # `recovered` does not change while a call goes its way, so the few rows of this index cost it nothing.
            models.Index(fields=["-arrived_at", "-id"], condition=Q(recovered=True), name="call_recovered"),
            models.Index(OpClass(Reverse("caller_number"), name="text_pattern_ops"), name="call_number_backwards"),
            models.Index(fields=["callback"], condition=Q(callback__isnull=False), name="attempt_of_callback"),
            models.Index(fields=["arrived_at"], condition=Q(direction="outgoing"), name="call_outwards"),
        ]

    @property
    def is_outgoing(self) -> bool:
        return self.direction == Call.Direction.OUTGOING

    @property
    def is_called_out(self) -> bool:
        """Whether an operator calls out, rather than keeping the promise of a callback."""
        return self.is_outgoing and self.callback_id is None

    @property
    def is_unreached(self) -> bool:
        """Whether this is an outgoing call whose other end has not picked up (yet), as a callback with a key."""
        return self.is_outgoing and self.reached_at is None

    @property
    def wait_seconds(self) -> float | None:
        """Seconds from joining the queue to the answer, or to the end when nobody answered; None if never queued."""
        if self.queued_at is None:
            return None
        until = self.answered_at or self.outside_at or self.voicemail_at or self.callback_at or self.ended_at
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
        GATE = "gate"
        MENU = "menu"
        FORWARDED = "forwarded"
        OUTSIDE = "outside"  # an outside telephone that a plan names: data {"what": …}, `calls.overflow`
        GREETED = "greeted"
        PRICE_SAID = "price_said"
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
        ATTENDED = "attended"
        ATTENDANCE_OVER = "attendance_over"
        TAKEN_OVER = "taken_over"
        HELP = "help"
        MOVED = "moved"
        OPERATOR_LEFT = "operator_left"
        VOICEMAIL = "voicemail"
        RECORDED = "recorded"
        CALLBACK = "callback"  # what was agreed, tried or settled: data {"what": …}
        CALLED_OUT = "called_out"  # an operator calls out: data {"whom", "back"}, or {"what": "dialled"}
        REACHED = "reached"
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
        # Whose call was taken over finds it by this; other offers are not in it, so it costs them nothing.
        indexes = [models.Index(fields=["operator"], condition=Q(reason="taken over"), name="offer_taken_over")]


class Instruction(models.Model):
    """What the exchange must do next: the outbox between a decision and the carrier."""

    class Kind(models.TextChoices):
        RING = "ring"  # create the operator's leg of an offer
        HANG_UP = "hang_up"  # end a leg: payload {"leg_ref"} or {"leg"}
        ATTEND = "attend"  # create a supervisor's leg: payload {"attendance"}
        ADJUST = "adjust"  # who hears a supervisor: payload {"attendance"}
        MOVE = "move"  # fetch the call's next step: the caller leaves the queue or the conference
        HOLD = "hold"  # the caller hears music, or the others again: whatever the call's `held_at` says by then
        DIAL = "dial"  # create an outside telephone's leg: payload {"leg"}
        REACH = "reach"  # create the leg of an outgoing call
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


class Delivery(models.Model):
    """A signed webhook that no call could be found or made for: kept so that nothing the carrier said is lost."""

    received_at = models.DateTimeField(default=timezone.now)
    path = models.CharField(max_length=200)
    raw = models.JSONField()
    why = models.CharField(max_length=120)


from calls.recording_models import Consent, Recording, Survey  # noqa: E402, F401 - models of a file of their own
