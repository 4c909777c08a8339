"""The page of one call: facts, story, note, and the number that is shown on a reason only."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from calls.models import CallEvent, Note, Topic, Voicemail
from calls.services import save_note
from hotline.core.models import AuditEntry
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator, make_user

AT = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
NUMBER = "+4799915678"
pytestmark = pytest.mark.django_db


@pytest.fixture
def topic(hotline):
    return Topic.objects.create(hotline=hotline, name="Delivery")


@pytest.fixture
def operator(hotline):
    return make_operator(hotline)


@pytest.fixture
def call(hotline, operator):
    made = make_call(
        hotline, AT, wait=8, talk=60, wrap=20, operator=operator, caller_number=NUMBER, caller_kind="number"
    )
    for n, (kind, data) in enumerate(
        [("arrived", {}), ("queued", {}), ("answered", {"operator": operator.pk}), ("ended", {"by": "caller"})]
    ):
        CallEvent.objects.create(call=made, kind=kind, data=data, at=AT + timedelta(seconds=n), key=kind)
    return made


def url(call, what=""):
    return f"/calls/{call.pk}/{what}"


def filled(topic, **other):
    return {"topic": topic.pk, "outcome": "answered", "summary": "Pakken er i Oslo.", "version": 0} | other


def text_of(answer):
    return answer.content.decode()


def test_facts_and_story_in_plain_words_with_the_number_masked(client, call, operator, hotline):
    client.force_login(make_user("supervisor", hotline))
    text = text_of(client.get(url(call)))
    assert "The call arrived." in text and f"{operator.display_name} answered." in text
    assert "The caller hung up." in text and "13:00:02" in text  # Oslo's clock
    assert "0:08" in text and "1:00" in text
    assert "15678" not in text


ACTS = ["", "note/", "reveal/", "voicemail/done/"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_a_foreign_call_is_not_there(client, call, role, act):
    elsewhere = make_hotline()
    person = make_operator(elsewhere).user if role == "operator" else make_user("supervisor", elsewhere)
    client.force_login(person)
    answer = client.post(url(call, act), {"reason": "curious"}) if act else client.get(url(call))
    assert answer.status_code == 404
    assert client.get(f"/calls/{uuid.uuid4()}/").status_code == 404
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("act", ACTS)
def test_a_stranger_signs_in_first(client, call, act):
    answer = client.post(url(call, act)) if act else client.get(url(call))
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("act", ACTS[1:])
def test_looking_changes_nothing(client, call, act, hotline):
    client.force_login(make_user("supervisor", hotline))
    assert client.get(url(call, act)).status_code == 405


def test_a_supervisor_sees_the_number_once_for_a_reason_that_is_kept(client, call, hotline):
    boss = make_user("supervisor", hotline)
    client.force_login(boss)
    answer = client.post(url(call, "reveal/"), {"reason": "Call back about the parcel"})
    assert NUMBER in text_of(answer)
    assert "no-store" in answer["Cache-Control"]
    assert NUMBER not in text_of(client.get(url(call)))
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.verb, entry.subject) == (boss, "call.number_revealed", f"call {call.pk}")
    assert entry.detail == {"reason": "Call back about the parcel"}
    seen = text_of(client.get(url(call)))
    assert "Call back about the parcel" in seen and str(boss) in seen


@pytest.mark.parametrize("reason", ["", "  ", "x"])
def test_without_a_reason_the_number_stays_hidden(client, call, hotline, reason):
    client.force_login(make_user("supervisor", hotline))
    answer = client.post(url(call, "reveal/"), {"reason": reason})
    assert answer.status_code == 422
    assert NUMBER not in text_of(answer)
    assert not AuditEntry.objects.exists()


def test_the_drawer_asks_for_the_number_alone_and_says_what_is_wrong(client, call, hotline):
    client.force_login(make_user("supervisor", hotline))
    htmx = {"HX-Request": "true"}
    refused = text_of(client.post(url(call, "reveal/"), {"reason": ""}, headers=htmx))
    assert "field-error" in refused and NUMBER not in refused and "<html" not in refused
    shown = client.post(url(call, "reveal/"), {"reason": "Call back"}, headers=htmx)
    assert NUMBER in text_of(shown) and "no-store" in shown["Cache-Control"]
    assert NUMBER not in text_of(client.get(url(call, "drawer/")))
    assert AuditEntry.objects.count() == 1


def test_the_list_opens_the_call_that_its_address_names_unless_it_is_foreign(client, call, hotline):
    client.force_login(make_user("supervisor", hotline))
    assert "The caller hung up" in text_of(client.get("/calls/", {"call": str(call.pk)}))
    foreign = make_call(make_hotline(), AT, wait=3)
    for wrong in (str(foreign.pk), "x", str(uuid.uuid4())):
        answer = client.get("/calls/", {"call": wrong})
        assert answer.status_code == 200 and answer.context["drawer"] is None


def test_the_operator_of_the_call_may_see_its_number_and_a_colleague_may_not(client, call, operator, hotline):
    client.force_login(operator.user)
    assert NUMBER in text_of(client.post(url(call, "reveal/"), {"reason": "Calling back"}))
    client.force_login(make_operator(hotline).user)
    assert client.post(url(call, "reveal/"), {"reason": "curious"}).status_code == 403
    assert AuditEntry.objects.count() == 1
    page = text_of(client.get(url(call)))
    assert "reveal/" not in page and "note/" not in page


def test_a_withheld_number_has_nothing_to_show(client, hotline):
    call = make_call(hotline, AT, wait=3)
    client.force_login(make_user("supervisor", hotline))
    text = text_of(client.get(url(call)))
    assert "withheld the number" in text and "reveal/" not in text


def test_a_note_is_saved_and_its_versions_are_kept(client, call, operator, topic):
    client.force_login(operator.user)
    assert client.post(url(call, "note/"), filled(topic)).status_code == 302
    assert client.post(url(call, "note/"), filled(topic, summary="Sendt på nytt.", version=1)).status_code == 302
    note = Note.objects.get(call=call)
    assert (note.summary, note.version, note.operator) == ("Sendt på nytt.", 2, operator)
    text = text_of(client.get(url(call)))
    assert "Pakken er i Oslo." in text and "Sendt på nytt." in text and "2 saved versions" in text


def test_a_supervisors_correction_leaves_the_note_the_operators(client, call, operator, topic, hotline):
    save_note(
        call.pk, operator_id=operator.pk, by=operator.user, at=AT, topic_id=topic.pk, outcome="answered", summary="a"
    )
    boss = make_user("supervisor", hotline)
    client.force_login(boss)
    client.post(url(call, "note/"), filled(topic, version=1))
    note = Note.objects.get(call=call)
    assert note.operator == operator
    assert note.versions.first().by == boss


def test_two_people_who_edit_one_note_lose_nothing(client, call, operator, topic, hotline):
    client.force_login(make_user("supervisor", hotline))
    save_note(
        call.pk, operator_id=operator.pk, by=operator.user, at=AT, topic_id=topic.pk, outcome="referred", summary="hers"
    )
    answer = client.post(url(call, "note/"), filled(topic, summary="mine"))
    assert answer.status_code == 409
    text = text_of(answer)
    assert "hers" in text and ">\nmine</textarea>" in text
    assert Note.objects.get(call=call).summary == "hers"
    again = client.post(url(call, "note/"), filled(topic, summary="both", version=answer.context["other"].version))
    assert again.status_code == 302
    assert [v.summary for v in Note.objects.get(call=call).versions.all()] == ["both", "hers"]


@pytest.mark.parametrize("missing", ["topic", "outcome"])
def test_topic_and_outcome_are_needed_and_what_was_typed_stays(client, call, operator, topic, missing):
    client.force_login(operator.user)
    answer = client.post(url(call, "note/"), filled(topic) | {missing: ""})
    assert answer.status_code == 422
    assert "Pakken er i Oslo." in text_of(answer)
    assert not Note.objects.filter(saved_at__isnull=False).exists()


def test_a_topic_of_another_hotline_is_refused(client, call, operator):
    foreign = Topic.objects.create(hotline=make_hotline(), name="foreign")
    client.force_login(operator.user)
    assert client.post(url(call, "note/"), filled(foreign)).status_code == 422


def test_a_note_is_shown_as_text_whatever_it_holds(client, call, operator, topic):
    client.force_login(operator.user)
    client.post(url(call, "note/"), filled(topic, summary="<script>alert(1)</script>"))
    assert "<script>alert" not in text_of(client.get(url(call)))


def test_a_voicemail_is_dealt_with_once_and_by_whom(client, hotline):
    call = make_call(hotline, AT, wait=60, outcome="voicemail", voicemail_at=AT + timedelta(seconds=30))
    message = Voicemail.objects.create(call=call, recording_ref="RE1", seconds=25, left_at=AT)
    first, second = make_operator(hotline).user, make_operator(hotline).user
    for person in (first, second):
        client.force_login(person)
        assert client.post(url(call, "voicemail/done/")).status_code == 302
    message.refresh_from_db()
    assert message.handled_by == first
    assert str(first) in text_of(client.get(url(call)))


def test_a_call_without_a_hotline_is_an_administrators(client):
    call = make_call(None, AT, wait=3)
    client.force_login(make_user("supervisor", make_hotline()))
    assert client.get(url(call)).status_code == 404
    client.force_login(make_user("administrator"))
    assert client.get(url(call)).status_code == 200
    assert client.get("/calls/").status_code == 200
