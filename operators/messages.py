"""A line from a supervisor to an operator, who sees it at the desk, in a call too, until it is read."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from hotline.core.audit import record
from hotline.core.live import announce
from operators.message_models import LONGEST
from operators.models import Message, Operator

KEPT = timedelta(days=30)
SHOWN = 3


class Refused(Exception):
    """A message that is not sent; the text is a sentence for the person who wrote it."""


def send(operator: Operator, text: str, *, by: Any, at: datetime) -> Message:
    """Raises Refused for an empty or too long text. The audit keeps that it was sent, not what it said."""
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise Refused(_("Write the message first."))
    if len(text) > LONGEST:
        raise Refused(
            _("A message has at most %(most)s letters; this has %(now)s.") % {"most": LONGEST, "now": len(text)}
        )
    with transaction.atomic():
        Message.objects.filter(sent_at__lt=at - KEPT).delete()
        made = Message.objects.create(operator=operator, by=by, text=text, sent_at=at)
        record(by=by, verb="operator.message", subject=f"operator {operator.pk}")
        announce(f"operator:{operator.pk}")
    return made


def shown_to(operator: Operator) -> list[Message]:
    """The oldest that an operator, read by `presence.at_desk`, has not read yet. No query if there is none."""
    if not vars(operator).get("message_waits"):
        return []
    return list(Message.objects.select_related("by").filter(operator=operator, read_at=None)[:SHOWN])


def read(message_id: int, *, operator_id: int, at: datetime) -> bool:
    """The operator has read it; said again it changes nothing. False if it is none of theirs."""
    own = Message.objects.filter(pk=message_id, operator=operator_id)
    return bool(own.filter(read_at=None).update(read_at=at)) or own.exists()
