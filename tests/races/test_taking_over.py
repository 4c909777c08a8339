"""Two supervisors take a call over while its operator hangs up, 100 rounds in three processes: the call has one operator
or none, and whoever lost is free (T41)."""

import pytest
from django.utils import timezone

from calls.models import Attendance, Call, Offer
from operators.models import Operator, Presence
from tests.races.processes import side_by_side
from tests.races.taker import act
from tests.world import hotline, operator, sid, supervisor_of

ROUNDS = 100
PROCESSES = 3


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_exactly_one_of_those_who_take_over_or_hang_up_at_once_has_the_call():
    line = hotline(wrap_up_seconds=45)
    rounds = [_talk(line) for _ in range(ROUNDS)]
    answers = dict(side_by_side(act, rounds, range(PROCESSES), hands=PROCESSES))
    asked = [answers[0][turn] + answers[1][turn] for turn in range(ROUNDS)]
    assert max(asked) == 1  # nobody else was let in to take the same call over
    for facts in rounds:
        _one_or_none(facts)


def _one_or_none(facts):
    call = Call.objects.get(pk=facts["call"])
    talking = list(Offer.objects.filter(call=call, state="accepted"))
    assert Operator.objects.get(pk=facts["operator"]).state == Presence.WRAP_UP
    assert not Attendance.objects.filter(call=call, left_at=None).exists()
    if call.operator_left_at:
        assert talking == [] and call.operator_id == facts["operator"]
        assert not Operator.objects.filter(user__in=facts["bosses"], state=Presence.ON_CALL).exists()
    else:
        assert [offer.operator_id for offer in talking] == [call.operator_id]
        assert talking[0].operator.user_id in facts["bosses"] and talking[0].operator.state == Presence.ON_CALL


def _talk(line) -> dict:
    """A conversation, and two supervisors who answer no calls of their own yet."""
    at, kari = timezone.now(), operator(line, state=Presence.OFFLINE)
    Operator.objects.filter(pk=kari.pk).update(state=Presence.ON_CALL)
    call = Call.objects.create(
        carrier_ref=sid(), hotline=line, state="connected", arrived_at=at, queued_at=at, answered_at=at,
        caller_kind="withheld", operator=kari,
    )  # fmt: skip
    offer = Offer.objects.create(
        call=call, operator=kari, device="browser", made_at=at, ring_until=at, accepted_at=at, state="accepted",
        leg_ref=sid(),
    )  # fmt: skip
    bosses = [supervisor_of(line).pk for _ in range(2)]
    return {"call": call.pk, "offer": offer.pk, "operator": kari.pk, "bosses": bosses}
