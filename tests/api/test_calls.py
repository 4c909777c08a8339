"""The register through the API."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.models import Call, Caller, Note, NoteVersion, Topic
from hotline.core.models import AuditEntry
from operators.models import Operator, Presence
from tests.api.conftest import CALLER, make_call, signed
from tests.people import make_operator, make_user

pytestmark = pytest.mark.django_db
PROMISED = {
    "id", "carrier_ref", "state", "outcome", "caller", "number", "hotline", "operator", "arrived_at", "answered_at",
    "ended_at", "wait_seconds", "talk_seconds",
}  # fmt: skip


def rows(client, **asked):
    answer = client.get("/api/v1/calls/", asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_row_says_what_programs_rely_on(ours):
    (row,) = rows(signed(ours.operator.user))
    assert row.keys() >= PROMISED
    assert row["id"] == str(ours.call.pk)
    assert row["number"] == "+4721000001"
    assert row["hotline"] == "Bookshop"
    assert row["operator"] == ours.operator.user.username
    assert (row["state"], row["outcome"], row["wait_seconds"], row["talk_seconds"]) == ("ended", "answered", 12, 88)
    one = signed(ours.operator.user).get(f"/api/v1/calls/{ours.call.pk}/").json()
    assert one == row


def test_a_call_that_just_arrived_has_no_operator_and_no_times(ours):
    call = make_call(
        ours.hotline, ours.number, None, state="arrived", outcome="", answered_at=None, ended_at=None, queued_at=None
    )
    one = signed(ours.supervisor).get(f"/api/v1/calls/{call.pk}/").json()
    assert [one[name] for name in ("operator", "answered_at", "ended_at", "wait_seconds", "talk_seconds")] == [None] * 5


@pytest.mark.parametrize("who", ["operator", "supervisor", "administrator"])
def test_a_callers_number_is_masked_for_everybody_and_shown_only_by_a_logged_look(ours, who):
    user = {"operator": ours.operator.user, "supervisor": ours.supervisor}.get(who) or make_user("administrator")
    client = signed(user)
    for where in ("/api/v1/calls/", f"/api/v1/calls/{ours.call.pk}/", f"/api/v1/calls/{ours.call.pk}/events/"):
        assert CALLER[3:] not in client.get(where).content.decode()
    assert not AuditEntry.objects.exists()
    assert client.get(f"/api/v1/calls/{ours.call.pk}/reveal/").status_code == 405
    for reason in ({}, {"reason": " "}, {"reason": "x" * 201}):
        assert client.post(f"/api/v1/calls/{ours.call.pk}/reveal/", reason, format="json").status_code == 400
    assert not AuditEntry.objects.exists()
    answer = client.post(f"/api/v1/calls/{ours.call.pk}/reveal/", {"reason": "to call back"}, format="json")
    assert answer.json() == {"caller": CALLER}
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.verb, entry.subject) == (user, "call.number_revealed", f"call {ours.call.pk}")
    assert entry.detail == {"reason": "to call back"}


def test_the_calls_of_other_hotlines_do_not_exist(ours, theirs):
    assert [row["id"] for row in rows(signed(ours.operator.user))] == [str(ours.call.pk)]
    assert len(rows(signed(make_user("administrator")))) == 2
    assert rows(signed(make_user("operator"))) == []


def test_calls_are_found_by_reference_number_name_and_note_and_never_by_part_of_a_number(ours):
    ours.call.caller = Caller.objects.create(number=CALLER, name="Ola Nordmann")
    ours.call.save()
    Note.objects.create(call=ours.call, summary="Parcel lost in Bergen")
    make_call(ours.hotline, ours.number, None, caller_number="+4790000000", caller=None)
    client = signed(ours.operator.user)
    found = [
        ours.call.carrier_ref, str(ours.call.pk), CALLER, CALLER[1:], "+47 912 34 567", "004791234567",
        "nordmann", "bergen parcel", "ola bergen",
    ]  # fmt: skip
    for text in found:
        assert [row["id"] for row in rows(client, search=text)] == [str(ours.call.pk)], text
    for text in ("91234567", "+479123456", "1234567", "oslo parcel", "%", "_"):
        assert rows(client, search=text) == [], text
    assert len(rows(client, search="+4721000001")) == 2
    assert len(rows(client, search="  ")) == 2


def test_calls_are_filtered_by_hotline_state_outcome_operator_and_time(ours):
    other = make_call(ours.hotline, ours.number, None, state="waiting", outcome="", ended_at=None)
    client, mine = signed(ours.operator.user), [str(ours.call.pk)]
    for asked in (
        {"state": "ended"},
        {"outcome": "answered"},
        {"operator": ours.operator.user.username},
        {"state": "ended", "outcome": "answered", "hotline": "bookshop"},
    ):
        assert [row["id"] for row in rows(client, **asked)] == mine, asked
    assert [row["id"] for row in rows(client, state="waiting")] == [str(other.pk)]
    for hotline in ("Bookshop", ours.hotline.slug, str(ours.hotline.pk)):
        assert len(rows(client, hotline=hotline)) == 2
    assert rows(client, hotline="Ministry") == []
    soon, past = timezone.now() + timedelta(hours=1), timezone.now() - timedelta(hours=1)
    assert len(rows(client, **{"from": past.isoformat(), "to": soon.isoformat()})) == 2
    assert rows(client, **{"from": soon.isoformat()}) == []
    assert rows(client, to=past.isoformat()) == []


@pytest.mark.parametrize(
    "asked", [{"state": "asleep"}, {"outcome": "x"}, {"from": "yesterday"}, {"search": "a\0b"}, {"search": "x" * 101}]
)
def test_a_filter_that_makes_no_sense_is_400(ours, asked):
    assert signed(ours.operator.user).get("/api/v1/calls/", asked).status_code == 400


def test_pages_are_bounded_and_newest_first(ours):
    for minute in range(3):
        make_call(ours.hotline, ours.number, None, arrived_at=timezone.now() + timedelta(minutes=minute))
    client = signed(ours.operator.user)
    first = client.get("/api/v1/calls/", {"page_size": 2}).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (4, 2, None)
    second = client.get(first["next"]).json()
    moments = [row["arrived_at"] for row in first["results"] + second["results"]]
    assert moments == sorted(moments, reverse=True)
    assert client.get("/api/v1/calls/", {"page": 99}).status_code == 404
    for _ in range(3):
        Call.objects.bulk_create(
            Call(carrier_ref=uuid.uuid4().hex, hotline=ours.hotline, arrived_at=timezone.now()) for _n in range(80)
        )
    assert len(client.get("/api/v1/calls/", {"page_size": 100_000}).json()["results"]) == 200


def test_a_page_of_calls_costs_the_same_however_long_it_is(ours, django_assert_max_num_queries):
    client = signed(ours.operator.user)
    with django_assert_max_num_queries(10) as few:
        rows(client)
    for _ in range(20):
        caller, _made = Caller.objects.get_or_create(number=CALLER, defaults={"name": "Ola"})
        make_call(ours.hotline, ours.number, ours.operator, caller=caller)
    with django_assert_max_num_queries(10) as many:
        assert len(rows(client)) == 21
    assert len(many) == len(few) <= 4


def test_the_story_of_a_call_is_told_in_plain_words(ours, django_assert_max_num_queries):
    client = signed(ours.operator.user)
    with django_assert_max_num_queries(5):
        events = client.get(f"/api/v1/calls/{ours.call.pk}/events/").json()
    assert [(event["kind"], event["text"]) for event in events] == [("arrived", "The call arrived.")]
    assert events[0]["at"].startswith(ours.call.arrived_at.isoformat()[:19])


def note(client, about, /, **facts):
    return client.post(f"/api/v1/calls/{about.pk}/note/", {"outcome": "answered"} | facts, format="json")


@pytest.mark.parametrize("topic", ["Delivery", "delivery", " DELIVERY ", "id"])
def test_a_note_is_saved_with_its_topic_by_name_or_id(ours, topic):
    wanted = str(ours.topic.pk) if topic == "id" else topic
    answer = note(signed(ours.operator.user), ours.call, topic=wanted, summary="On its way.", outcome="referred")
    assert answer.status_code == 200, answer.content
    assert answer.json()["topic"] == "Delivery"
    saved = Note.objects.get(call=ours.call)
    assert (saved.topic, saved.outcome, saved.summary, saved.operator) == (
        ours.topic, "referred", "On its way.", ours.operator
    )  # fmt: skip
    assert NoteVersion.objects.get().by == ours.operator.user
    assert signed(ours.supervisor).get(f"/api/v1/calls/{ours.call.pk}/note/").json() == answer.json()


def test_a_topic_in_two_levels_is_found_by_its_whole_name(ours):
    child = Topic.objects.create(hotline=ours.hotline, parent=ours.topic, name="Late")
    answer = note(signed(ours.operator.user), ours.call, topic="Delivery / Late")
    assert answer.json()["topic_id"] == child.pk


@pytest.mark.parametrize("topic", ["", None])
def test_a_note_may_do_without_a_topic(ours, topic):
    assert note(signed(ours.operator.user), ours.call, topic=topic).json()["topic"] is None
    assert note(signed(ours.operator.user), ours.call).status_code == 200


def test_an_unknown_topic_is_answered_with_those_that_exist(ours, theirs):
    theirs.topic.name = "Passports"
    theirs.topic.save()
    for topic in ("Weather", "Passports", str(theirs.topic.pk), 999_999):
        answer = note(signed(ours.operator.user), ours.call, topic=topic)
        assert answer.status_code == 400
        (sentence,) = answer.json()["topic"]
        assert str(topic) in sentence
        assert sentence.endswith("There are: Delivery.")
    assert not Note.objects.exists()


@pytest.mark.parametrize("facts", [{"outcome": "bought"}, {"outcome": ""}, {"summary": "x" * 20_001}, {"version": -1}])
def test_a_form_with_a_mistake_is_400(ours, facts):
    assert note(signed(ours.operator.user), ours.call, **facts).status_code == 400


def test_two_writers_do_not_overwrite_each_other_in_silence(ours):
    client = signed(ours.operator.user)
    version = note(client, ours.call, summary="first").json()["version"]
    assert note(client, ours.call, summary="second", version=version).status_code == 200
    answer = note(client, ours.call, summary="third", version=version)
    assert answer.status_code == 409
    assert "Somebody else" in answer.json()["detail"]
    assert Note.objects.get().summary == "second"


def test_saving_the_note_ends_the_wrap_up(ours):
    Operator.objects.filter(pk=ours.operator.pk).update(state=Presence.WRAP_UP)
    note(signed(ours.operator.user), ours.call, topic="Delivery")
    ours.operator.refresh_from_db()
    assert ours.operator.state == Presence.READY


def test_a_colleague_who_did_not_take_the_call_writes_hangs_up_and_sees_nothing_of_it(ours):
    colleague = make_operator(ours.hotline)
    assert note(signed(colleague.user), ours.call).status_code == 403
    assert signed(colleague.user).post(f"/api/v1/calls/{ours.call.pk}/hangup/").status_code == 403
    answer = signed(colleague.user).post(f"/api/v1/calls/{ours.call.pk}/reveal/", {"reason": "curious"}, format="json")
    assert answer.status_code == 403
    assert not AuditEntry.objects.exists()
    assert note(signed(ours.supervisor), ours.call).status_code == 200
    assert Note.objects.get().operator is None


def test_hanging_up_where_nobody_talks_is_refused_with_a_sentence(ours):
    answer = signed(ours.operator.user).post(f"/api/v1/calls/{ours.call.pk}/hangup/")
    assert (answer.status_code, answer.json()) == (409, {"detail": "This call is not in conversation."})


def test_what_a_note_does_not_name_is_not_changed(ours):
    """Every column of the call and the note is posted; the call stays as it was."""
    extra = {f.name: "1" for model in (Call, Note) for f in model._meta.get_fields() if hasattr(f, "attname")}
    Call.objects.filter(pk=ours.call.pk).update(wrapped_at=timezone.now())
    before = Call.objects.values().get(pk=ours.call.pk)
    extra |= {"operator": "999", "operator_id": 999, "topic": "", "outcome": "answered", "version": 0}
    assert note(signed(ours.operator.user), ours.call, **extra).status_code == 200
    after = Call.objects.values().get(pk=ours.call.pk)
    assert after == before
    saved = Note.objects.get()
    assert (saved.operator, saved.version, saved.call) == (ours.operator, 1, ours.call)
