"""The knowledge pages: everybody of a hotline reads, its supervisors write, strangers and neighbours find nothing."""

from datetime import date

import pytest

from hotline.core.models import AuditEntry
from knowledge.models import Contact, Question, Script, ScriptStep
from tests.people import make_hotline, make_operator, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def hotline():
    return make_hotline("Shop", languages=["en"], time_zone="Europe/Oslo")


@pytest.fixture
def question(hotline):
    return Question.objects.create(hotline=hotline, question="When will it come?", answer="In two days.")


@pytest.fixture
def contact(hotline):
    return Contact.objects.create(hotline=hotline, name="Anne Fosse", competence="invoices", phone="+4748820001")


@pytest.fixture
def script(hotline):
    script = Script.objects.create(hotline=hotline, greeting="Hello, {operator} of {organisation}.", closing="Bye.")
    ScriptStep.objects.create(script=script, position=1, text="Ask for the number.")
    return script


def as_supervisor(client, *hotlines):
    user = make_user("supervisor", *hotlines)
    client.force_login(user)
    return user


def page(client, **asked):
    return client.get("/knowledge/", asked).content.decode()


@pytest.mark.parametrize("path", ["", "questions/new/", "contacts/new/", "scripts/new/"])
def test_a_stranger_signs_in_first(client, path):
    assert client.get(f"/knowledge/{path}")["Location"].startswith("/accounts/login/")


def test_an_operator_reads_and_finds_but_is_offered_no_change(client, hotline, question, contact, script):
    client.force_login(make_operator(hotline).user)
    text = page(client)
    assert "In two days." in text and "Anne Fosse" in text and "Shop: incoming call" in text
    assert "Add a question" not in text and f"/knowledge/questions/{question.pk}/" not in text
    assert "In two days." in page(client, q="wehn wil it come")
    assert "Nothing fits" in page(client, q="zeppelin")


def test_an_operator_may_not_write(client, hotline, question):
    client.force_login(make_operator(hotline).user)
    for path in (f"questions/{question.pk}/", "questions/new/", f"questions/{question.pk}/remove/"):
        assert client.post(f"/knowledge/{path}").status_code == 403
    assert Question.objects.count() == 1


def test_another_hotlines_knowledge_is_not_there(client, hotline, question, contact, script):
    as_supervisor(client, make_hotline())
    assert "In two days." not in page(client) + page(client, q="come", hotline=hotline.pk)
    for path in (
        f"questions/{question.pk}/", f"contacts/{contact.pk}/", f"scripts/{script.pk}/", f"scripts/{script.pk}/edit/",
    ):  # fmt: skip
        assert client.get(f"/knowledge/{path}").status_code == 404
    for path in (f"questions/{question.pk}/remove/", f"contacts/{contact.pk}/remove/", f"scripts/{script.pk}/remove/"):
        assert client.post(f"/knowledge/{path}").status_code == 404
    assert Question.objects.count() == Contact.objects.count() == Script.objects.count() == 1


def test_typing_fetches_the_results_alone(client, hotline, question):
    client.force_login(make_operator(hotline).user)
    text = client.get("/knowledge/", {"q": "come"}, headers={"HX-Request": "true"}).content.decode()
    assert "In two days." in text and "<html" not in text


def test_a_supervisor_adds_changes_and_removes_a_question_and_it_is_remembered(client, hotline):
    boss = as_supervisor(client, hotline)
    given = {"hotline": hotline.pk, "language": "en", "question": "Is it free?", "answer": "No.", "keywords": "cost"}
    assert client.post("/knowledge/questions/new/", given).status_code == 302
    made = Question.objects.get()
    assert client.post(f"/knowledge/questions/{made.pk}/", given | {"answer": "Yes."}).status_code == 302
    assert "Yes." in page(client, q="cost")
    assert client.post(f"/knowledge/questions/{made.pk}/remove/").status_code == 302
    assert not Question.objects.exists()
    entries = AuditEntry.objects.order_by("pk").values_list("verb", "by", "subject")
    subject = f"question {made.pk}"
    assert list(entries) == [(f"question.{verb}", boss.pk, subject) for verb in ("added", "changed", "removed")]


def test_a_supervisor_adds_a_contact(client, hotline):
    as_supervisor(client, hotline)
    given = {"hotline": hotline.pk, "name": "Per Strand", "competence": "invoices", "verified_on": "2026-11-01"}
    assert client.post("/knowledge/contacts/new/", given).status_code == 302
    assert Contact.objects.get().verified_on == date(2026, 11, 1)
    assert "Per Strand" in page(client, q="invoce")


def test_a_script_is_written_with_its_steps_and_read_with_names_filled_in(client, hotline):
    as_supervisor(client, hotline)
    given = {
        "hotline": hotline.pk, "language": "en", "occasion": "inbound", "greeting": "{organisation}, {operator}.",
        "closing": "Bye.", "steps": "Ask for the number.\n\n  Find the answer. \n",
    }  # fmt: skip
    assert client.post("/knowledge/scripts/new/", given).status_code == 302
    made = Script.objects.get()
    assert [step.text for step in made.steps.all()] == ["Ask for the number.", "Find the answer."]
    changed = given | {"steps": "Find the answer.\nAsk for the number."}
    client.post(f"/knowledge/scripts/{made.pk}/edit/", changed)
    assert [step.text for step in made.steps.all()] == ["Find the answer.", "Ask for the number."]
    operator = make_operator(hotline)
    client.force_login(operator.user)
    text = client.get(f"/knowledge/scripts/{made.pk}/").content.decode()
    assert f"The House, {operator.display_name}." in text


def test_two_scripts_for_one_occasion_are_refused_with_a_sentence(client, hotline, script):
    as_supervisor(client, hotline)
    given = {"hotline": hotline.pk, "language": "en", "occasion": "inbound", "greeting": "a", "closing": "b"}
    answer = client.post("/knowledge/scripts/new/", given)
    assert answer.status_code == 422
    assert "already exists" in answer.content.decode()


def test_an_entry_cannot_be_given_to_a_foreign_hotline(client, hotline, question):
    as_supervisor(client, hotline)
    given = {"hotline": make_hotline().pk, "language": "en", "question": "x", "answer": "y"}
    assert client.post(f"/knowledge/questions/{question.pk}/", given).status_code == 422
    question.refresh_from_db()
    assert question.hotline == hotline


def test_what_is_missing_is_said_and_what_was_typed_stays(client, hotline):
    as_supervisor(client, hotline)
    answer = client.post(
        "/knowledge/questions/new/", {"hotline": hotline.pk, "language": "en", "question": "Is it free?"}
    )
    assert answer.status_code == 422
    assert "Is it free?" in answer.content.decode()


def test_an_overdue_review_and_a_sensitive_answer_are_seen(client, hotline):
    Question.objects.create(hotline=hotline, question="Old?", answer="Yes.", sensitive=True, review_on=date(2020, 1, 1))
    client.force_login(make_operator(hotline).user)
    text = page(client)
    assert "review is overdue" in text and "sensitive" in text


def test_what_is_stored_is_shown_as_text(client, hotline):
    Question.objects.create(hotline=hotline, question="<b>bold</b>", answer="<script>alert(1)</script>")
    client.force_login(make_operator(hotline).user)
    assert "<script>alert" not in page(client) and "<b>bold" not in page(client)


def test_a_page_takes_the_same_queries_for_one_question_and_for_forty(
    client, hotline, question, django_assert_num_queries
):
    client.force_login(make_operator(hotline).user)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page(client)
    with CaptureQueriesContext(connection) as first:
        page(client)
    Question.objects.bulk_create(Question(hotline=hotline, question=f"q{n}", answer="a") for n in range(40))
    with django_assert_num_queries(len(first)):
        page(client)


def test_a_supervisor_writes_text_modules_and_operators_read_them(client, hotline):
    as_supervisor(client, hotline)
    given = {"hotline": hotline.pk, "name": "later", "text": "Will call again."}
    assert client.post("/knowledge/texts/new/", given).status_code == 302
    assert "Will call again." in page(client)
    assert client.post("/knowledge/texts/new/", given).status_code == 422  # one name, one text
    client.force_login(make_operator(hotline).user)
    assert "Will call again." in page(client)
    assert client.post("/knowledge/texts/new/", given).status_code == 403
