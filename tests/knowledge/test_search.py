"""Finding an answer while somebody waits for it."""

import random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hotline.demo.admissions import ADMISSIONS
from hotline.demo.citizens import CITIZENS
from hotline.demo.webshop import WEBSHOP
from knowledge.models import Contact, Question
from knowledge.search import _SETTINGS, ALIKE, search, words_of
from tests.people import make_hotline

pytestmark = pytest.mark.django_db


@pytest.fixture
def knowledge():
    """The demo's questions and contacts on three hotlines."""
    hotlines = {}
    for service in (WEBSHOP, ADMISSIONS, CITIZENS):
        hotline = hotlines[service.slug] = make_hotline(languages=list(service.languages))
        for each in service.answers:
            Question.objects.create(
                hotline=hotline, language=service.languages[0], question=each.question, answer=each.answer,
                keywords=each.keywords,
            )  # fmt: skip
        for office in service.offices:
            Contact.objects.create(hotline=hotline, name=office.name, role=office.role, competence=office.competence)
    return hotlines


def first(hotline, text, language):
    found = search([hotline.pk], text, language).questions
    return found[0].question if found else None


@pytest.mark.parametrize(
    "slug, language, typed, question",
    [
        ("webshop", "nb", "leveringstid", "Hvor lang er leveringstiden?"),
        ("webshop", "nb", "levernigstid", "Hvor lang er leveringstiden?"),  # two letters changed places
        ("webshop", "nb", "lev", "Hvor lang er leveringstiden?"),  # still typing
        ("webshop", "nb", "pakek", "Hvor er pakken min?"),
        ("webshop", "nb", "gavkort", "Hvordan bruker jeg et gavekort?"),  # a letter missing
        ("webshop", "nb", "STØRRELSE", "Hvilken størrelse skal jeg velge?"),
        ("webshop", "nb", "når får jeg pengene", "Når får jeg pengene tilbake?"),
        ("admissions", "en", "scholarshp", "Can I get a scholarship?"),
        ("admissions", "en", "bursary", "Can I get a scholarship?"),  # another word for it
        ("admissions", "en", "what is the dead line for applying please", "When is the application deadline?"),
        ("citizens", "fil", "pasport", "Paano mag-apply ng passport?"),
        ("citizens", "fil", "brownout", "Walang kuryente sa amin. Sino ang tatawagan?"),
        ("citizens", "fil", "birth certifcate", "Paano kumuha ng birth certificate?"),
    ],
)
def test_what_is_typed_finds_the_answer_first(knowledge, slug, language, typed, question):
    assert first(knowledge[slug], typed, language) == question


def test_a_contact_is_found_by_what_they_know(knowledge):
    found = search([knowledge["webshop"].pk], "purring", "nb")
    assert [contact.name for contact in found.contacts][:1] == ["Per Strand"]


def test_another_hotlines_answers_are_never_found(knowledge):
    found = search([knowledge["admissions"].pk], "leveringstid", "nb")
    assert all(question.hotline == knowledge["admissions"] for question in found.questions)
    assert not search([], "leveringstid", "nb")


def test_the_callers_language_comes_first():
    hotline = make_hotline(languages=["nb", "en"])
    for language in ("en", "nb"):
        Question.objects.create(hotline=hotline, language=language, question="Gift voucher", answer=language)
    assert search([hotline.pk], "voucher", "nb").questions[0].language == "nb"
    assert search([hotline.pk], "voucher", "en").questions[0].language == "en"


@pytest.mark.parametrize("typed", ["", "   ", "?", "%", "_", "'", "\\", "\0", "zzzzqqqq", "a" * 5000])
def test_what_cannot_be_found_is_an_empty_answer_and_no_error(knowledge, typed):
    assert not search([h.pk for h in knowledge.values()], typed, "nb")


def test_two_letters_find_what_begins_with_them(knowledge):
    assert search([knowledge["webshop"].pk], "hv", "nb").questions
    assert search([knowledge["webshop"].pk], "an", "nb").contacts[0].name == "Anne Fosse"


def test_the_words_of_a_long_question_are_few_and_each_once():
    assert words_of("Is it the the Deadline, or is it not?") == ["the", "deadline", "not"]
    assert len(words_of("abc def ghi jkl mno pqr stu vwx")) == 6


def test_five_thousand_answers_are_searched_through_the_index():
    hotline, chance = make_hotline(), random.Random(3)
    letters = "abdefghiklmnoprstuv"
    invented = ["".join(chance.choices(letters, k=chance.randint(4, 10))) for _ in range(2000)]

    def some(number):
        return " ".join(chance.choices(invented, k=number))

    Question.objects.bulk_create(
        [Question(hotline=hotline, question=some(6), answer=some(15)) for _ in range(5000)], batch_size=500
    )
    Question.objects.create(hotline=hotline, question="Where is the lighthouse?", answer="On the cliff.")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE knowledge_question")
    with CaptureQueriesContext(connection) as captured:
        found = search([hotline.pk], "lightouse", "en").questions
    assert [question.question for question in found] == ["Where is the lighthouse?"]
    plans = [_plan(query["sql"]) for query in captured if "%>" in query["sql"]]
    assert "question_words" in plans[0]


def _plan(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS, [str(ALIKE)])
        cursor.execute("EXPLAIN " + sql)
        return "\n".join(line for (line,) in cursor.fetchall())
