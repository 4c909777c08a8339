"""What belongs to a hotline that is not yours does not exist: every page that names an object, every role, every verb."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from analytics.links import make_link
from calls.blocking import block
from calls.models import Callback, Offer, Recording, SavedView
from hotline.core import access
from knowledge.models import Contact, Question, Script, Snippet
from lines.models import OpeningRule
from lines.tariffs import Tariff
from operators.models import Agency, AgencyRule, Message
from scheduling.models import Shift
from telephony.models import CanaryCall
from tests.access.test_matrix import checksums
from tests.access.urls import addresses
from tests.api.conftest import House, make_house
from tests.people import make_user

pytestmark = pytest.mark.django_db
# The answer is one's own desk, with a sentence that this call is not ringing there; nothing of the call is in it.
OWN_DESK = {"desk:decline"}


def objects(house: House) -> dict[str, dict[str, object]]:
    """For each page that names objects: those of one hotline."""
    at = timezone.now() + timedelta(days=1)
    slug = {"slug": house.hotline.slug}
    rule = OpeningRule.objects.create(hotline=house.hotline, kind="always")
    shift = Shift.objects.create(
        operator=house.operator, starts_at=at, ends_at=at + timedelta(hours=8), time_zone="Europe/Oslo"
    )
    offer = Offer.objects.create(
        call=house.call, operator=house.operator, device="browser", made_at=at, ring_until=at, state="ringing"
    )
    person, call = {"pk": house.operator.user.pk}, {"pk": house.call.pk}
    known = {
        f"lines:{name}": slug
        for name in ("hotline", "change_hotline", "hours", "holidays", "close_now", "reopen", "new_number")
    }
    known["what_if"] = slug
    known |= {"lines:remove_rule": slug | {"pk": rule.pk}, "lines:change_number": slug | {"pk": house.number.pk}}
    tariff = Tariff.objects.create(number=house.number, valid_from=at)
    known["lines:tariffs"] = slug | {"pk": house.number.pk}
    known["lines:withdraw_tariff"] = slug | {"pk": house.number.pk, "tariff": tariff.pk}
    plan = ("plan", "add", "begin", "try", "publish", "discard", "withdraw", "history")
    known |= {f"plans:{name}": slug for name in plan} | {"plans:change": slug | {"place": "s1"}}
    known |= {"plans:bring_back": slug | {"version": 1}}
    known |= {f"scheduling:{name}": {"pk": shift.pk} for name in ("change_shift", "remove_shift")}
    known |= {"desk:decline": {"offer_id": offer.pk}, "desk:board_next": {"call_id": house.call.pk}}
    operator, link = (
        {"pk": house.operator.pk},
        make_link(by=house.supervisor, at=at, name="Hall", hotlines=[house.hotline]),
    )
    known |= {f"desk:board_{name}": operator for name in ("person", "state", "release", "message", "lines")}
    told = Message.objects.create(operator=house.operator, text="Well done.", sent_at=at)
    known["desk:message_read"] = {"pk": told.pk}
    known |= {"desk:board_hotline": slug, "desk:board_reopen": slug, "desk:revoke_board_link": {"pk": link[0].pk}}
    known |= {f"desk:{name}": {"call_id": house.call.pk} for name in ("hang_up", "draft", "save", "help", "recording")}
    known |= {f"desk:{name}": {"call_id": house.call.pk} for name in ("leave_call", "board_back", "board_move")}
    known |= {"desk:attend": {"call_id": house.call.pk, "way": "listen"}, "outward:rule": slug}
    known |= {f"desk:{name}": {"call_id": house.call.pk} for name in IN_CALL}
    known |= {f"calls:{name}": call for name in ("call", "drawer", "note", "reveal", "voicemail_done", "block")}
    blocked = block("+4799900011", until=at, reason="Because.", by=house.supervisor, at=at - timedelta(hours=1))
    known["calls:lift_block"] = {"pk": blocked.pk}
    promise = Callback.objects.create(
        hotline=house.hotline, call=house.call, number="+4790000001", asked_at=at, queued_at=at, promised_by=at
    )
    known |= {f"callbacks:{name}": {"pk": promise.pk} for name in ("cancel", "call_now", "handled")}
    sound = Recording.objects.create(call=house.call, recording_ref="RE1", state="kept", started_at=at, keep_until=at)
    known["calls:remove_recording"] = call | {"recording_id": sound.pk}
    known["telephony:recording"] = {"call_id": house.call.pk, "pk": sound.pk}
    view = SavedView.objects.create(user=house.supervisor, name="Ours", query="show=voicemail", shared=True)
    known |= {f"calls:{name}": {"pk": view.pk} for name in ("remove_view", "restore_view")}
    question = Question.objects.create(hotline=house.hotline, question="When?", answer="Soon.")
    contact = Contact.objects.create(hotline=house.hotline, name="The archive")
    script = Script.objects.create(hotline=house.hotline, greeting="Hello", closing="Goodbye")
    snippet = Snippet.objects.create(hotline=house.hotline, name="Later", text="Will call again.")
    for kind, thing in {"question": question, "contact": contact, "script": script, "snippet": snippet}.items():
        known |= {f"knowledge:{kind}": {"pk": thing.pk}, f"knowledge:remove_{kind}": {"pk": thing.pk}}
    known |= {"knowledge:edit_script": {"pk": script.pk}, "telephony:voicemail": {"call_id": house.call.pk}}
    known |= {f"telephony:{name}": {"pk": house.number.pk} for name in ("fix_number", "number_hotline")}
    known |= {"doctor:look": {"name": "disk"}}
    canary = CanaryCall.objects.create(hotline=house.hotline, at=at, passed=False)
    known |= {"telephony:canary_call": slug, "telephony:canary_seen": {"pk": canary.pk}}
    agency = Agency.objects.create(name=f"Evening voices of {house.hotline}")
    AgencyRule.objects.create(agency=agency, hotline=house.hotline, when="always")
    known |= {"agencies:change_agency": {"pk": agency.pk}}
    acts = ("person", "edit_person", "deactivate", "reactivate", "new_password", "new_token", "withdraw_token")
    known |= {f"operators:{name}": person for name in (*acts, "remove_second_factor")}
    return known


IN_CALL = ("hold", "resume", "pass_on", "targets", "complete", "cancel")


def pages_with_objects() -> set[str]:
    """The names of the pages that take an object, but those that carriers sign for and the API, tested on its own."""
    found = set()
    for address in addresses():
        role = access.declared(address.view, address.name.rsplit(":", 1)[-1])
        takes_object = address.placeholders and not address.path.startswith(("/api/", "/accounts/"))
        if takes_object and role not in (access.PUBLIC, access.SIGNED):
            found.add(address.name)
    return found


def test_every_page_that_names_an_object_is_asked_below():
    assert pages_with_objects() == set(objects(make_house("Bookshop", "+4721000001")))


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("who", ["operator", "supervisor", "nobody"])
def test_nobody_opens_or_changes_what_belongs_to_another_hotline(client, who, verb):
    ours, theirs = make_house("Bookshop", "+4721000001"), make_house("Ministry", "+4721000002")
    known = objects(theirs)
    user = {"operator": ours.operator.user, "supervisor": ours.supervisor}.get(who) or make_user("supervisor")
    client.force_login(user)
    before = checksums()
    wrong = []
    for name, kwargs in known.items():
        answer = getattr(client, verb)(reverse(name, kwargs=kwargs), {"reason": "because"})
        if answer.status_code not in (403, 404, 405) and name not in OWN_DESK:
            wrong.append((name, answer.status_code))
        assert theirs.hotline.name not in answer.content.decode(), name
    assert wrong == []
    assert checksums() == before


def test_a_number_or_rule_is_not_reached_through_ones_own_hotline(client):
    ours, theirs = make_house("Bookshop", "+4721000001"), make_house("Ministry", "+4721000002")
    known = objects(theirs)
    client.force_login(make_user("administrator"))
    for name in ("lines:remove_rule", "lines:change_number"):
        where = reverse(name, kwargs=known[name] | {"slug": ours.hotline.slug})
        for verb in ("get", "post"):
            assert getattr(client, verb)(where).status_code in (404, 405)
