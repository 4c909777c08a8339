"""An operator's own telephone is rung as a test: by the real switchboard, and nobody else's."""

from django.utils import timezone

from calls.models import Call, Offer
from operators.models import Presence
from telephony import own_telephone
from telephony.models import TelephoneCheck
from tests.flows.conftest import state_of
from tests.flows.test_one_call import ready
from tests.system import until


def standing(operator):
    return own_telephone.standing(TelephoneCheck.objects.select_related("call").get(operator=operator))


def test_browser_and_telephone_are_rung_and_hear_that_they_work(system, line):
    kari, ola = ready(line), ready(line, phone="+4741000021", device="phone")
    manner = {"mode": "answer", "press": "1"}
    with system.desk(kari, **manner) as desk, system.handset("+4741000021", **manner) as handset:
        calls = [own_telephone.ring(each, at=timezone.now()) for each in (kari, ola)]
        for operator in (kari, ola):
            until(lambda operator=operator: standing(operator) == "heard", within=20)
        for telephone in (desk, handset):
            said = " ".join(event.get("text", "") for event in telephone.events() if event["kind"] == "caption")
            assert "your telephone works" in said
    ended = Call.objects.filter(pk__in=[call.pk for call in calls])
    until(lambda: ended.filter(state="ended").count() == 2)
    assert set(ended.values_list("training", "outcome")) == {(True, "answered")}
    assert not Offer.objects.filter(call__in=ended).exists()
    assert state_of(kari) == state_of(ola) == Presence.READY
    system.at_rest()


def test_a_telephone_that_nobody_takes_is_rung_once_and_let_be(system, line):
    kari = ready(line)
    with system.desk(kari, mode="decline"):
        own_telephone.ring(kari, at=timezone.now())
        until(lambda: standing(kari) == "missed", within=20)
    legs = [leg for leg in system.carrier.calls("outbound-api") if leg["to"].startswith(f"client:{kari.identity}")]
    assert len(legs) == 1
    system.at_rest()
