"""Calls for the register's browser tests, in the database that DATABASE_URL names; prints their ids as JSON.

Run as `python -m tests.browser.register_calls`.
"""

import json
import os
import sys
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from calls.models import Call, Caller, Offer, Topic, Voicemail  # noqa: E402
from calls.services import save_note  # noqa: E402
from lines.models import Hotline  # noqa: E402
from operators.models import Operator  # noqa: E402

NUMBER = "+4799912345"
BEGIN = timezone.now().replace(microsecond=0) - timedelta(days=3)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def call(n: int, **facts: Any) -> Call:
    at = BEGIN - timedelta(hours=n)
    return Call.objects.create(
        carrier_ref=f"CAregister{n:024d}", hotline=Hotline.objects.get(slug="faults"), dialled="+4721000001",
        arrived_at=at, queued_at=at + seconds(6), state="ended", caller_number=f"+47455000{n:02d}",
        caller_kind="number", **{name: at + value if isinstance(value, timedelta) else value for name, value in facts.items()},
    )  # fmt: skip


def ring(made: Call, operator: Operator, begin: float, end: float, **fields: Any) -> None:
    at = made.arrived_at
    Offer.objects.create(
        call=made, operator=operator, device="browser", made_at=at + seconds(begin), ring_until=at + seconds(end),
        closed_at=at + seconds(end), **fields,
    )  # fmt: skip


def main() -> None:
    maria, jon = (Operator.objects.get(display_name=name) for name in ("Maria", "Jon"))
    answered = call(
        1, answered_at=seconds(40), operator=maria, operator_left_at=seconds(170), ended_at=seconds(170),
        wrapped_at=seconds(191), ended_by="caller", outcome="answered",
    )  # fmt: skip
    Call.objects.filter(pk=answered.pk).update(
        caller_number=NUMBER, caller=Caller.objects.create(number=NUMBER, name="Berit Haugen")
    )
    ring(answered, jon, 7, 27, state="missed", reason="no answer")
    ring(answered, maria, 28, 170, state="finished", accepted_at=answered.arrived_at + seconds(40))
    topic = Topic.objects.get(name="Whole street")
    save_note(
        answered.pk, operator_id=maria.pk, by=maria.user, at=answered.arrived_at + seconds(191), topic_id=topic.pk,
        outcome="answered", summary="Street dry since noon.",
    )  # fmt: skip
    abandoned = call(2, ended_at=seconds(48), ended_by="caller", outcome="abandoned")
    message = call(3, voicemail_at=seconds(60), ended_at=seconds(85), ended_by="caller", outcome="voicemail")
    Voicemail.objects.create(call=message, recording_ref="REregister", seconds=25, left_at=message.ended_at)
    noteless = call(
        4, answered_at=seconds(20), operator=jon, operator_left_at=seconds(80), ended_at=seconds(80),
        ended_by="operator", outcome="answered", recovered=True,
    )  # fmt: skip
    made = {"answered": answered, "abandoned": abandoned, "voicemail": message, "noteless": noteless}
    sys.stdout.write(json.dumps({name: str(each.pk) for name, each in made.items()} | {"day": f"{BEGIN.date()}"}))


if __name__ == "__main__":
    main()
