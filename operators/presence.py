"""The one place that changes what an operator is doing.

Every change is one conditional UPDATE whose filter names the states it may come from, with a row in the log that says
why, in the same statement. A person's wish (`choose`) during a call is kept as the next state; the system's own
changes (a ring, an answer, a break that is due) go through `change`, `settle` and the SQL that routing embeds.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hotline.core.live import announce, wake_switchboard
from operators.models import Device, Message, Operator, Presence, PresenceChange

IDLE = frozenset({Presence.READY})
BUSY = frozenset({Presence.RINGING, Presence.ON_CALL})
AWAY = frozenset(
    {
        Presence.BREAK,
        Presence.LUNCH,
        Presence.OTHER,
        Presence.OFFLINE,
        Presence.MISSED,
        Presence.DISCONNECTED,
    }
)
ALL = frozenset(Presence)
CHOOSABLE = frozenset({Presence.READY, Presence.BREAK, Presence.LUNCH, Presence.OTHER, Presence.OFFLINE})
TOLD_SECONDS = 12  # how long a desk says who answered instead
DESK_GRACE_SECONDS = 60  # a desk page unseen for longer is a closed browser


class Cause(models.TextChoices):
    """Why a state changed, in the log."""

    CHOSEN = "chosen", gettext_lazy("chosen by the operator")
    SUPERVISOR = "supervisor", gettext_lazy("set by a supervisor")
    RUNG = "rung", gettext_lazy("a call was offered")
    ANSWERED = "answered", gettext_lazy("answered a call")
    CALL_ENDED = "call_ended", gettext_lazy("the call ended")
    WRAPPED_UP = "wrapped_up", gettext_lazy("the note was saved")
    WRAP_UP_OVER = "wrap_up_over", gettext_lazy("the wrap-up time was over")
    MISSED = "missed", gettext_lazy("did not answer")
    DECLINED = "declined", gettext_lazy("declined a call")
    UNREACHABLE = "unreachable", gettext_lazy("the telephone could not be reached")
    TAKEN = "taken", gettext_lazy("somebody else answered")
    WITHDRAWN = "withdrawn", gettext_lazy("the offer was withdrawn")
    BREAK_DUE = "break_due", gettext_lazy("a planned break began")
    DESK_GONE = "desk_gone", gettext_lazy("the desk page was closed or lost")
    RELEASED = "released", gettext_lazy("released: the carrier knows no such call")
    DEACTIVATED = "deactivated", gettext_lazy("the account was closed")


class Refused(Exception):
    """A wish that cannot be met; the text is a sentence for the person."""


_CHANGE = """
WITH was AS (
  SELECT id, state FROM operators_operator WHERE id = %(id)s AND state = ANY(%(from)s) FOR UPDATE
), moved AS (
  UPDATE operators_operator o
     SET state = %(to)s, state_since = %(at)s, state_reason = %(reason)s,
         next_state = CASE WHEN %(keep_next)s THEN o.next_state ELSE '' END,
         next_reason = CASE WHEN %(keep_next)s THEN o.next_reason ELSE '' END,
         idle_since = CASE WHEN %(restart_idle)s THEN %(at)s ELSE o.idle_since END
    FROM was WHERE o.id = was.id AND (was.state <> %(to)s OR o.state_reason <> %(reason)s)
  RETURNING o.id
)
INSERT INTO operators_presencechange (operator_id, at, from_state, to_state, cause, detail, by_id)
SELECT was.id, %(at)s, was.state, %(to)s, %(cause)s, %(detail)s, %(by)s FROM was JOIN moved USING (id)
"""


def change(
    operator_id: int,
    to: str,
    *,
    at: datetime,
    cause: str,
    from_states: Iterable[str],
    by: Any = None,
    detail: str = "",
    reason: str = "",
    keep_next: bool = False,
    restart_idle: bool = True,
) -> bool:
    """Move an operator to `to` if they are in one of `from_states`; True if this call did it.

    Logs the change with its cause, tells the screens after the commit, and wakes the switchboard when somebody
    became ready. `keep_next` leaves a chosen next state standing (a ring must not eat it); `restart_idle` counts
    the idle time anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _CHANGE,
            {
                "id": operator_id,
                "from": [str(state) for state in from_states],
                "to": str(to),
                "at": at,
                "reason": reason,
                "cause": str(cause),
                "detail": detail,
                "by": by.pk if by else None,
                "keep_next": keep_next,
                "restart_idle": restart_idle,
            },
        )
        moved = cursor.rowcount == 1
    if moved:
        announce(f"operator:{operator_id}", "board")
        if to == Presence.READY:
            wake_switchboard()
    return moved


def settle(
    operator_id: int,
    *,
    at: datetime,
    cause: str,
    from_states: Iterable[str],
    restart_idle: bool = True,
    by: Any = None,
) -> bool:
    """After a call or a ring: go to the state chosen meanwhile, else to ready. True if this call did it."""
    row = Operator.objects.filter(pk=operator_id).values_list("next_state", "next_reason", "active").first()
    if row is None:
        return False
    to, reason, active = row
    if not active:
        to, reason = Presence.OFFLINE, ""
    return change(
        operator_id,
        to or Presence.READY,
        at=at,
        cause=cause,
        from_states=from_states,
        reason=reason,
        restart_idle=restart_idle,
        by=by,
    )


_STOP_RINGING = """
WITH was AS (
  SELECT id, state, CASE WHEN NOT active THEN 'offline' WHEN next_state = '' THEN 'ready' ELSE next_state END AS goes,
         CASE WHEN active THEN next_reason ELSE '' END AS reason
    FROM operators_operator WHERE id = ANY(%(ids)s) AND state = 'ringing' ORDER BY id FOR UPDATE
), moved AS (
  UPDATE operators_operator o
     SET state = was.goes, state_since = %(at)s, state_reason = was.reason, next_state = '', next_reason = ''
    FROM was WHERE o.id = was.id RETURNING o.id
)
INSERT INTO operators_presencechange (operator_id, at, from_state, to_state, cause, detail)
SELECT was.id, %(at)s, was.state, was.goes, %(cause)s, %(detail)s FROM was JOIN moved USING (id)
"""


def stop_ringing(operator_ids: list[int], *, at: datetime, cause: str, detail: str = "") -> None:
    """Settle all who are rung for one call and are not wanted any more: their idle time counts on as before."""
    values: dict[str, Any] = {"ids": sorted(operator_ids), "at": at, "cause": str(cause), "detail": detail}
    with connection.cursor() as cursor:
        cursor.execute(_STOP_RINGING, values)
    announce("board", *(f"operator:{pk}" for pk in operator_ids))
    wake_switchboard()


def at_desk(**which: Any) -> Operator | None:
    """An operator's row as it is now, with who answered the call that rang there last, for `lost_to`, and whether a
    message waits (`messages.shown_to`). One query; `which` is as `filter` takes it."""
    last = PresenceChange.objects.filter(operator=models.OuterRef("pk"), at=models.OuterRef("state_since"))
    taken_by = models.Subquery(last.filter(cause=Cause.TAKEN).values("detail")[:1])
    waits = models.Exists(Message.objects.filter(operator=models.OuterRef("pk"), read_at=None))
    found = Operator.objects.annotate(taken_by=taken_by, message_waits=waits)
    return found.filter(**which).order_by().first()


def desk_is_open(operator: Operator, at: datetime) -> bool:
    """Whether a desk page of theirs was heard from within the grace."""
    seen = operator.desk_seen_at
    return seen is not None and (at - seen).total_seconds() <= DESK_GRACE_SECONDS


def lost_to(operator: Operator, *, at: datetime) -> str:
    """Who answered the call that rang at this operator, read by `at_desk`, until a moment ago; "" if nobody did."""
    lately = operator.state == Presence.READY and (at - operator.state_since).total_seconds() <= TOLD_SECONDS
    return vars(operator).get("taken_by") or "" if lately else ""


def choose(
    operator_id: int,
    to: str,
    *,
    at: datetime,
    by: Any,
    device: str | None = None,
    reason: str = "",
    cause: str = Cause.CHOSEN,
    from_desk: bool = False,
) -> str:
    """A person's wish for an operator's state: "now" if done, "next" if it waits for the ring or call in hand.

    `device` sets where calls ring from now on. `from_desk` says that a desk page is open and will be heard from; an
    operator made ready through the API or on a telephone needs none. Raises Refused with a sentence.
    """
    operator = _choosing(operator_id, to)
    if device is not None and device not in Device.values:
        raise Refused(_("Calls can ring in the browser or on a telephone, not on %(device)s.") % {"device": device})
    device = device or operator.device
    if to == Presence.READY and device == Device.PHONE and not operator.phone:
        raise Refused(_("No telephone number is known for %(name)s.") % {"name": operator.display_name})
    seen = at if from_desk and device == Device.BROWSER else None
    Operator.objects.filter(pk=operator_id).update(device=device, desk_seen_at=seen)
    return _wish(operator_id, to, at=at, by=by, reason=reason, cause=cause)


def set_for(operator_id: int, to: str, *, at: datetime, by: Any, reason: str = "") -> str:
    """A supervisor's wish for somebody else, as `choose`; where calls ring stays as it is.

    Raises Refused with a sentence, also where nobody would hear a ring: a browser telephone without an open desk.
    """
    operator = _choosing(operator_id, to)
    if to == Presence.READY:
        _refuse_unheard(operator, at)
    return _wish(operator_id, to, at=at, by=by, reason=reason, cause=Cause.SUPERVISOR)


def _refuse_unheard(operator: Operator, at: datetime) -> None:
    name = {"name": operator.display_name}
    if operator.device == Device.PHONE:
        if not operator.phone:
            raise Refused(_("No telephone number is known for %(name)s.") % name)
        return
    seen = operator.desk_seen_at
    if operator.state == Presence.OFFLINE or (seen and (at - seen).total_seconds() > DESK_GRACE_SECONDS):
        raise Refused(_("No desk of %(name)s is open, so nobody would hear the ring.") % name)


def _choosing(operator_id: int, to: str) -> Operator:
    if to not in CHOOSABLE:
        raise Refused(_("%(state)s cannot be chosen.") % {"state": to})
    operator = Operator.objects.filter(pk=operator_id, active=True).first()
    if operator is None:
        raise Refused(_("This operator does not work here any more."))
    return operator


def _wish(operator_id: int, to: str, *, at: datetime, by: Any, reason: str, cause: str) -> str:
    if _kept_for_later(operator_id, to, reason):
        announce(f"operator:{operator_id}", "board")
        return "next"
    change(operator_id, to, at=at, cause=cause, from_states=ALL - BUSY, by=by, reason=reason)
    return "now"


def _kept_for_later(operator_id: int, to: str, reason: str) -> bool:
    busy = Operator.objects.filter(pk=operator_id, state__in=BUSY)
    return busy.update(next_state="" if to == Presence.READY else to, next_reason=reason) == 1


def keep_next(operator_id: int, to: str, *, reason: str = "") -> bool:
    """The system's wish for after the ring, call or wrap-up in hand; nothing chosen meanwhile is overwritten.

    True if it is kept. `settle` goes there.
    """
    engaged = Operator.objects.filter(pk=operator_id, state__in=[*BUSY, Presence.WRAP_UP], next_state="")
    kept = engaged.update(next_state=to, next_reason=reason) == 1
    if kept:
        announce(f"operator:{operator_id}", "board")
    return kept


def seen_at_desk(user_id: int, *, at: datetime) -> bool:
    """The person's desk page says that it is alive; True if that was written.

    Not for who is offline or rung on a telephone. A disconnected operator stays so, and must go ready again.
    """
    at_desk = Operator.objects.filter(user_id=user_id, active=True).exclude(device=Device.PHONE)
    return at_desk.exclude(state=Presence.OFFLINE).update(desk_seen_at=at) == 1


def drop_lost_desks(at: datetime) -> int:
    """Ready operators whose desk page has been silent for longer than the grace become disconnected; how many."""
    from_when = at.timestamp() - DESK_GRACE_SECONDS
    lost = Operator.objects.filter(
        state=Presence.READY, desk_seen_at__lt=datetime.fromtimestamp(from_when, tz=at.tzinfo)
    ).values_list("pk", flat=True)
    return sum(change(pk, Presence.DISCONNECTED, at=at, cause=Cause.DESK_GONE, from_states=IDLE) for pk in list(lost))
