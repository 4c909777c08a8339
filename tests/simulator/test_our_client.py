"""What this system itself asks of the carrier, held against Twilio's own description."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.utils import timezone

from calls.models import Call, CallEvent, Instruction, Offer
from telephony.simulator.phone import Desk, Phone
from telephony.tasks import reconcile
from telephony.twilio.client import client
from telephony.twilio.exchange import perform
from telephony.twilio.legs import made_before
from tests import world
from tests.simulator.application import Application
from tests.simulator.rest import check_log
from tests.simulator.test_twiml_verbs import NUMBER, document

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(settings, control):
    """The system's own client, pointed at the simulator."""
    settings.TWILIO_API_URL = control.url
    client.cache_clear()
    yield control
    client().http_client.session.close()
    client.cache_clear()


def instruct(call: Call, kind: str, offer: Offer | None = None, **payload: str) -> Instruction:
    now = timezone.now()
    made = Instruction.objects.create(
        kind=kind,
        call=call,
        offer=offer,
        payload=payload,
        state=Instruction.State.CLAIMED,
        created_at=now,
        due_at=now,
        deadline_at=now + timedelta(seconds=20),
        attempts=1,
    )
    perform(made)
    made.refresh_from_db()
    return made


def test_every_request_of_ours_is_one_the_carrier_describes(carrier, phone: Phone, application: Application) -> None:
    application.pages["/voice/"] = document("<Enqueue>main</Enqueue>")
    caller = phone.dial(NUMBER).wait_for("waiting")
    operator, now = world.operator(world.hotline(number=NUMBER)), timezone.now()
    call = Call.objects.create(carrier_ref=caller.sid, dialled=NUMBER, arrived_at=now)
    offer = Offer.objects.create(
        call=call, operator=operator, device="browser", made_at=now, ring_until=now + timedelta(seconds=20)
    )
    with Desk(carrier, operator.identity) as desk:
        assert instruct(call, Instruction.Kind.RING, offer).state == Instruction.State.DONE
        offer.refresh_from_db()
        assert desk.rings()["sid"] == offer.leg_ref
        assert instruct(call, Instruction.Kind.MOVE).state == Instruction.State.DONE
        assert instruct(call, Instruction.Kind.HANG_UP, leg_ref=offer.leg_ref).state == Instruction.State.DONE
        desk.wait_for("stopped")
    asked = check_log(carrier)
    assert asked == ["POST /Calls.json", f"POST /Calls/{caller.sid}.json", f"POST /Calls/{offer.leg_ref}.json"]


def test_a_create_whose_answer_was_lost_is_looked_up_and_not_repeated(carrier, application: Application) -> None:
    operator, now = world.operator(world.hotline(number=NUMBER)), timezone.now()
    call = Call.objects.create(carrier_ref=world.sid(), dialled=NUMBER, arrived_at=now)
    offer = Offer.objects.create(
        call=call, operator=operator, device="browser", made_at=now, ring_until=now + timedelta(seconds=20)
    )
    carrier.fault("drop", on="rest", method="POST", path="Calls.json", processed=True)
    with Desk(carrier, operator.identity) as desk:
        first = instruct(call, Instruction.Kind.RING, offer)
        assert first.state != Instruction.State.DONE
        desk.rings()
        Instruction.objects.filter(pk=first.pk).update(attempts=2, state=Instruction.State.CLAIMED)
        first.refresh_from_db()
        perform(first)
        first.refresh_from_db()
        assert first.state == Instruction.State.DONE
        assert [leg["to"] for leg in carrier.calls()] == [f"client:{operator.identity}"]
    offer.refresh_from_db()
    assert offer.leg_ref == carrier.calls()[0]["sid"]
    assert [one.split(" ")[0] for one in check_log(carrier)] == ["POST", "GET"]


def test_a_leg_that_somebody_else_rings_at_the_same_address_is_not_taken_for_ones_own(carrier) -> None:
    operator, now = world.operator(world.hotline(number=NUMBER)), timezone.now()
    call = Call.objects.create(carrier_ref=world.sid(), dialled=NUMBER, arrived_at=now)
    offer = Offer.objects.create(
        call=call, operator=operator, device="browser", made_at=now, ring_until=now + timedelta(seconds=20)
    )
    with Desk(carrier, operator.identity) as desk:
        instruct(call, Instruction.Kind.RING, offer)
        desk.rings()
        offer.refresh_from_db()
        to = f"client:{operator.identity}"
        assert made_before(to, since=now, owner=offer.pk) == offer.leg_ref
        assert made_before(to, since=now, owner=uuid4()) is None, "a supervisor is rung on the same telephone"
        Offer.objects.filter(pk=offer.pk).update(leg_ref=None)
        assert made_before(to, since=now, owner=uuid4()) == desk.rings()["sid"], "nobody's so far"


def test_lost_and_phantom_calls_are_mended_from_the_carriers_list_and_a_second_pass_writes_nothing(
    carrier, phone: Phone, application: Application, capsys
) -> None:
    hotline = world.hotline(number=NUMBER)
    application.pages["/voice/"] = document("<Enqueue>main</Enqueue>")  # the system hears nothing of its callers
    lost, phantom = phone.dial(NUMBER).wait_for("waiting"), phone.dial(NUMBER).wait_for("waiting")
    now = timezone.now()
    kept = Call.objects.create(
        carrier_ref=phantom.sid, hotline=hotline, dialled=NUMBER, state="waiting", arrived_at=now, queued_at=now
    )
    phantom.hang_up().wait_for("completed")

    call_command("reconcile", "--hours", "1")
    assert capsys.readouterr().out == "0 matched, 1 recovered, 1 closed\n"
    found = Call.objects.get(carrier_ref=lost.sid)
    assert (found.hotline, found.dialled, found.ended_at) == (hotline, NUMBER, None)
    kept.refresh_from_db()
    assert (kept.state, kept.outcome) == ("ended", "abandoned")

    events = CallEvent.objects.count()
    assert reconcile(minutes=60) == {"matched": 2, "recovered": 0, "closed": 0}
    assert CallEvent.objects.count() == events
    lost.hang_up()
