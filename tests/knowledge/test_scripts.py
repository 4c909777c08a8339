"""What the operator reads aloud."""

from datetime import UTC, datetime

import pytest

from knowledge.models import Script, ScriptStep
from knowledge.scripts import daypart, fill, script_for
from tests.people import make_hotline, make_operator

AT = datetime(2026, 11, 17, 12, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def test_names_and_the_time_of_day_are_filled_in():
    hotline = make_hotline("Shop", time_zone="Europe/Oslo", languages=["nb"])
    operator = make_operator(hotline)
    text = "{daypart}, {organisation}, {hotline}, {operator} her."
    said = fill(text, operator=operator, hotline=hotline, at=AT)
    assert said == f"God dag, The House, Shop, {operator.display_name} her."


def test_the_hour_is_the_hotlines_and_the_words_are_the_scripts():
    manila = make_hotline(time_zone="Asia/Manila", languages=["fil"])
    assert fill("{daypart}", operator=None, hotline=manila, at=AT) == "Magandang gabi"
    assert fill("{daypart}", operator=None, hotline=manila, at=AT, language="en") == "Good evening"


def test_braces_that_mean_nothing_stay():
    hotline = make_hotline()
    text = "{discount} {operator} {} {hotline.pk} {{organisation}}"
    said = fill(text, operator=None, hotline=hotline, at=AT)
    assert said == "{discount} {operator} {} {hotline.pk} {The House}"


def test_a_name_with_braces_is_not_filled_in_again():
    hotline = make_hotline("{organisation}")
    assert fill("{hotline}", operator=None, hotline=hotline, at=AT) == "{organisation}"


@pytest.mark.parametrize(
    "language, hour, words",
    [
        ("en", 3, "Good evening"), ("en", 4, "Good morning"), ("en", 12, "Good afternoon"), ("en", 18, "Good evening"),
        ("nb", 9, "God morgen"), ("nb", 10, "God dag"), ("nb", 23, "God kveld"),
        ("fil", 11, "Magandang umaga"), ("fil", 12, "Magandang tanghali"), ("fil", 13, "Magandang hapon"),
        ("de", 9, "Good morning"),
    ],
)  # fmt: skip
def test_the_greeting_of_each_hour(language, hour, words):
    assert daypart(AT.replace(hour=hour), "UTC", language) == words


def test_the_script_of_the_callers_language_then_of_the_hotlines_first():
    hotline = make_hotline(languages=["nb", "en"])
    for language in ("nb", "en"):
        Script.objects.create(hotline=hotline, language=language, greeting=language, closing="")
    assert script_for(hotline.pk, "en").language == "en"
    assert script_for(hotline.pk, "fil").language == "nb"
    assert script_for(hotline.pk, "nb", "callback") is None


def test_any_script_is_better_than_none_and_its_steps_are_in_order(django_assert_num_queries):
    hotline = make_hotline(languages=["nb"])
    script = Script.objects.create(hotline=hotline, language="en", greeting="", closing="")
    for position, text in ((2, "second"), (1, "first")):
        ScriptStep.objects.create(script=script, position=position, text=text)
    with django_assert_num_queries(2):
        found = script_for(hotline.pk, "fil")
        assert [step.text for step in found.steps.all()] == ["first", "second"]
