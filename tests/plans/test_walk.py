"""A caller's way through a plan: every step with a key, without one and with a wrong one; and that every way ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.plans.script import KEYS, parse
from calls.plans.walk import MISTAKES, MOST, SILENCES, walk
from calls.steps import Say, Sound
from tests.plans.plans import content, key, languages, menu, notice, words

TOPICS = menu(
    "m",
    key("1", skills=["billing"], priority=2, topic=7),
    key("2", "menu", menu="sub"),
    key("3", "hotline", hotline=9),
    key("4", "voicemail"),
    key("5", "answer", words=words(en="We are open from nine.", nb="Vi har åpent fra ni.")),
    default={"to": "queue"},
)
SUB = menu("sub", key("1", skills=["returns"]), default={"to": "voicemail"})
PLAN = parse(content(languages(), notice(en="Calls are recorded.", nb="Samtaler tas opp."), TOPICS, SUB))


def said(place) -> list[str]:
    return [each.text for each in place.words if isinstance(each, Say)]


def test_the_first_thing_a_caller_hears_is_each_language_in_its_own_words():
    place = walk(PLAN, [], "en")
    assert [(each.text, each.language) for each in place.words] == [
        ("For English, press 1.", "en"), ("For norsk, trykk 2.", "nb"),
    ]  # fmt: skip
    assert place.asks.id == "l" and place.end is None


@pytest.mark.parametrize(
    ("pressed", "language", "heard", "end"),
    [
        (["2"], "nb", ["Samtaler tas opp.", "Dette er meny m."], None),
        (["1"], "en", ["Calls are recorded.", "This is menu m."], None),
        ([""], "en", ["For English, press 1.", "For norsk, trykk 2."], None),
        (["", ""], "en", ["Calls are recorded.", "This is menu m."], None),
        (["9"], "en", ["That key leads nowhere.", "For English, press 1.", "For norsk, trykk 2."], None),
        (["9", "2"], "nb", ["Samtaler tas opp.", "Dette er meny m."], None),
        (["2", "1"], "nb", [], "queue"),
        (["2", "2"], "nb", ["Dette er meny sub."], None),
        (["2", "2", "1"], "nb", [], "queue"),
        (["2", "2", "", ""], "nb", [], "voicemail"),
        (["2", "3"], "nb", [], "hotline"),
        (["2", "4"], "nb", [], "voicemail"),
        (["2", "5"], "nb", ["Vi har åpent fra ni.", "Dette er meny m."], None),
        (["2", "7"], "nb", ["Den tasten fører ingen steder.", "Dette er meny m."], None),
        (["2", ""], "nb", ["Dette er meny m."], None),
        (["2", "", ""], "nb", [], "queue"),
        (["2", "7", "8", "9"], "nb", [], "queue"),
        (["2", "#"], "nb", ["Den tasten fører ingen steder.", "Dette er meny m."], None),
    ],
)
def test_each_key_and_each_silence_leads_where_the_plan_says(pressed, language, heard, end):
    place = walk(PLAN, pressed, "en")
    assert (place.language, said(place), place.end.to if place.end else None) == (language, heard, end)


def test_a_key_brings_its_topic_its_skills_and_its_priority():
    end = walk(PLAN, ["2", "1"], "en").end
    assert (end.topic, end.skills, end.priority) == (7, ("billing",), 2)


def test_a_menu_asks_again_a_few_times_and_then_goes_on():
    silent = walk(PLAN, ["1", *[""] * (SILENCES - 1)], "en")
    assert silent.end is None and walk(PLAN, ["1", *[""] * SILENCES], "en").end.to == "queue"
    wrong = walk(PLAN, ["1", *["9"] * (MISTAKES - 1)], "en")
    assert wrong.end is None and walk(PLAN, ["1", *["9"] * MISTAKES], "en").end.to == "queue"


def test_a_recording_stands_for_the_words_and_a_language_without_words_borrows_another():
    plan = parse(content({"id": "n", "kind": "notice", "words": {"en": {"text": "Hello", "sound": "abc"}}}))
    assert walk(plan, [], "nb").words == (Sound("abc", "en"),)


def test_no_plan_at_all_leads_to_the_queue():
    for nonsense in (None, [], "x", {"steps": [None, {"kind": "magic"}, {"kind": "menu", "keys": "x"}]}):
        place = walk(parse(nonsense), ["1"], "en")
        assert place.end.to == "queue"


# --- any plan -----------------------------------------------------------------------------------
texts = st.fixed_dictionaries({"en": st.just({"text": "Words.", "sound": ""})})
ids = st.sampled_from(["a", "b", "c"])
targets = st.one_of(
    st.fixed_dictionaries({"to": st.just("menu"), "menu": ids}),
    st.fixed_dictionaries({"to": st.just("answer"), "words": texts}),
    st.sampled_from([{"to": "queue"}, {"to": "voicemail"}, {"to": "hotline", "hotline": 1}]),
)
defaults = targets.filter(lambda target: target["to"] != "answer")
choices = st.builds(lambda digit, target: {"key": digit, "name": "", **target}, st.sampled_from(KEYS), targets)
menus = st.builds(
    lambda keys, default, said: {"kind": "menu", "keys": keys, "default": default, "words": said},
    st.lists(choices, min_size=1, max_size=6), defaults, texts,
)  # fmt: skip
plans = st.builds(
    lambda three, first: content(*first, *({**each, "id": name} for name, each in zip("abc", three, strict=True))),
    st.tuples(menus, menus, menus),
    st.lists(st.sampled_from([notice(), languages()]), max_size=2),
)
pressings = st.lists(st.sampled_from(["", *KEYS]), max_size=MOST + 5)


@settings(max_examples=400, deadline=None)
@given(plans, pressings)
def test_whatever_is_pressed_in_whatever_plan_the_call_ends_in_words_or_in_hands(made, pressed):
    plan = parse(made)
    for count in range(len(pressed) + 1):
        place = walk(plan, pressed[:count], "en")
        assert place.words or place.end, "never silence: something is said, or something follows"
        assert (place.asks is None or place.asks.keys) or place.end
        if place.end:
            assert place.end.to in ("queue", "voicemail", "hotline")
            return
    assert len(pressed) < MOST, "a caller who presses for ever is let through"


@settings(max_examples=200, deadline=None)
@given(plans, pressings)
def test_the_same_keys_lead_to_the_same_place_and_pressing_on_after_the_end_changes_nothing(made, pressed):
    plan = parse(made)
    place = walk(plan, pressed, "en")
    assert walk(plan, pressed, "en") == place
    if place.end:
        assert walk(plan, [*pressed, "1", ""], "en") == place
