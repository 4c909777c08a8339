"""Which screens are told when a call changes: topics as fine as what the screens show, so that a hundred desks do not
fetch what has not changed for them."""

import uuid
from collections.abc import Iterable

from calls.models import Call
from hotline.core.live import announce

_MANY = 20  # a stream holds a bounded number of topics; whoever sees so many lines sees nearly all


def tell(call: Call, *, operator_id: int | None = None, line_changed: bool = False) -> None:
    """Tell, after the commit, that `call` changed; `operator_id` names whose desk is concerned.

    `line_changed` says that somebody joined or left the line of waiting callers: lists of them listen to that alone.
    """
    tell_of(call.pk, call.hotline_id, operator_id=operator_id, line_changed=line_changed)


def tell_of(
    call_id: uuid.UUID, hotline_id: int | None, *, operator_id: int | None = None, line_changed: bool = False
) -> None:
    """The same for whoever knows only the ids."""
    topics = ["board", "calls", f"call:{call_id}", f"hotline:{hotline_id}"]
    if operator_id is not None:
        topics.append(f"operator:{operator_id}")
    if line_changed:
        topics += ["queue", f"queue:{hotline_id}"]
    announce(*topics)


def line_topics(hotline_ids: Iterable[int]) -> str:
    """What a list of the callers waiting on these hotlines listens to, as `data-live` takes it."""
    topics = [f"queue:{pk}" for pk in hotline_ids]
    return "queue" if len(topics) > _MANY else " ".join(topics)
