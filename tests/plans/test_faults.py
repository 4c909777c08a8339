"""What may not be published: whatever could end in silence or go round for ever, each said with its place (T45, T77)."""

import pytest
from django.utils import timezone

from calls.models import Topic
from calls.plans import editing
from calls.plans.models import CallPlan
from tests.plans.plans import content, key, languages, menu, notice, put_in_force, words
from tests.world import hotline

pytestmark = pytest.mark.django_db
BOTH = {"en": "Hello.", "nb": "Hei."}


@pytest.fixture
def line():
    return hotline("Here", languages=["en", "nb"])


def found(line, *steps, **rest) -> list[tuple[str, str]]:
    return [(fault.place, fault.text) for fault in editing.faults_of(line, content(*steps, **rest))]


@pytest.mark.parametrize(
    ("steps", "place", "sentence"),
    [
        ([notice("n", en="Hello.")], "n", "Notice 1: the words in norsk (bokmål) are missing."),
        ([notice("n", en="Hello.", nb="  ")], "n", "Notice 1: the words in norsk (bokmål) are missing."),
        ([notice("n", en="x" * 1001, nb="Hei")], "n", "Notice 1: the words in English are too long to listen to."),
        (
            [notice("n", en="Calls may be recorded.", nb="Hei")],
            "n",
            "Notice 1: “may be recorded” in English leaves callers guessing.",
        ),
        ([menu("m", key("1", "menu", menu="gone"))], "m", "Menu “m”, key 1 leads to a menu that is not there."),
        ([menu("m", key("1", "hotline", hotline=0))], "m", "Menu “m”, key 1 leads to a hotline that is not in use."),
        ([menu("m", key("1", ""))], "m", "Menu “m”, key 1 leads nowhere yet."),
        ([menu("m", key("1", "moon"))], "m", "Menu “m”, key 1 leads nowhere yet."),
        ([menu("m", key("1", topic=0))], "m", "Menu “m”, key 1 has a topic that is not there any more."),
        ([menu("m", key("1", "answer"))], "m", "Menu “m”, key 1: the words in English are missing."),
        ([menu("m", key("1"), key("1"))], "m", "Menu “m”: key 1 stands there twice."),
        ([menu("m", key("x"))], "m", "Menu “m”: choose a key for each line."),
        ([menu("m") | {"keys": []}], "m", "Menu “m” has no key."),
        ([menu("m") | {"default": {}}], "m", "Menu “m”: say where callers go who press nothing."),
        ([menu("m", default={"to": "answer"})], "m", "Menu “m”: say where callers go who press nothing."),
        ([menu("m", default={"to": "menu", "menu": "m"})], "m",
         "Menu “m”: whoever presses nothing goes round for ever. Let it lead to the queue or to voicemail."),
        ([menu("m"), menu("left")], "left", "No key leads to Menu “left”."),
        ([menu("m"), notice("n", **BOTH)], "n", "Notice 2 stands after the first menu, so nobody hears it."),
        ([languages(), languages() | {"id": "again"}], "again",
         "Language choice: callers choose a language once; remove one of the two."),
        ([languages("fil")], "l", "Language choice: say which language callers get who press nothing."),
        ([languages() | {"keys": [{"key": "1", "language": "ru"}]}], "l",
         "Language choice: key 1 chooses a language the hotline does not have."),
    ],
)  # fmt: skip
def test_each_fault_says_where_it_is(line, steps, place, sentence):
    assert (place, sentence) in found(line, *steps)


def test_menus_that_only_lead_to_each_other_are_found_and_a_way_back_by_key_is_not(line):
    a = menu("a", key("1", "menu", menu="b"), default={"to": "menu", "menu": "b"})
    b = menu("b", key("9", "menu", menu="a"), default={"to": "menu", "menu": "a"})
    assert len([text for _place, text in found(line, a, b) if "for ever" in text]) == 2
    assert found(line, a, b | {"default": {"to": "voicemail"}}) == []


@pytest.mark.parametrize(
    ("rule", "end", "sentence"),
    [
        ("nobody", {"to": "hotline", "hotline": 0}, "Nobody is signed on leads to a hotline that is not in use."),
        ("closed", {"to": "goodbye"}, "It is closed: the words in English are missing."),
        ("full", {"to": "moon"}, "All lines are taken leads nowhere yet."),
        ("late", {"to": "voicemail", "after": 5}, "Nobody came in time: give between 10 and 3600 seconds."),
    ],
)
def test_each_end_is_looked_at(line, rule, end, sentence):
    assert (f"end-{rule}", sentence) in found(line, notice(**BOTH), **{rule: end})


def test_a_hotline_may_not_send_callers_to_itself(line):
    for steps, ends in [([menu("m", key("1", "hotline", hotline=line.pk))], {}),
                        ([], {"nobody": {"to": "hotline", "hotline": line.pk}})]:  # fmt: skip
        assert any("leads back to this hotline itself" in text for _place, text in found(line, *steps, **ends))


def test_hotlines_may_not_send_callers_round_in_a_circle(line):
    second, third = hotline("Second"), hotline("Third")
    put_in_force(second, notice(), nobody={"to": "hotline", "hotline": third.pk})
    there = {"to": "hotline", "hotline": second.pk}
    assert found(line, notice(**BOTH), late=there) == []
    put_in_force(third, notice(), closed={"to": "hotline", "hotline": line.pk})
    round_about = "Nobody came in time: Third sends callers back here, so they go round."
    assert found(line, notice(**BOTH), late=there) == [("end-late", round_about)]


def test_a_whole_plan_has_no_fault_and_is_put_in_force_and_a_faulty_one_is_not(line):
    other, topic = hotline(), Topic.objects.create(hotline=line, name="Bills")
    steps = [
        languages(), notice(**BOTH),
        menu("m", key("1", topic=topic.pk), key("2", "menu", menu="s"), key("3", "hotline", hotline=other.pk),
             key("4", "voicemail"), key("5", "answer", words=words(**BOTH))),
        menu("s"),
    ]  # fmt: skip
    ends = {"closed": {"to": "goodbye", "words": words(**BOTH)}, "full": {"to": "voicemail", "words": words(**BOTH)}}
    assert found(line, *steps, **ends) == []
    assert put_in_force(line, *steps, **ends).state == "published"
    with pytest.raises(editing.Faulty) as refused:
        put_in_force(line, notice("n", en="Only English."))
    assert [fault.place for fault in refused.value.faults] == ["n"]
    assert CallPlan.objects.get(hotline=line, state="published").version == 1


def test_a_recording_that_is_gone_is_found(line):
    said = {"en": {"text": "", "sound": "gone"}, "nb": {"text": "Hei", "sound": ""}}
    step = {"id": "n", "kind": "notice", "words": said}
    assert found(line, step) == [("n", "Notice 1: the recording in English is not there any more.")]


def test_what_a_plan_begins_with_may_be_published_as_it_is(line):
    assert editing.faults_of(line, editing.beginning(line)) == []
    assert timezone.now()
