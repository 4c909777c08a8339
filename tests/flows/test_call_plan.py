"""Whole calls by a call plan: languages, topics, and what follows when nobody can answer."""

from calls.models import Call, Topic
from tests.flows.test_hanging_up import over
from tests.flows.test_one_call import ready
from tests.plans.plans import key, languages, menu, notice, put_in_force, words
from tests.system import until
from tests.world import hotline, number_of


def bilingual(line) -> Topic:
    topic = Topic.objects.create(hotline=line, name="Bills")
    put_in_force(
        line,
        languages(),
        notice(en="Calls are recorded.", nb="Samtaler tas opp."),
        menu("Topics", key("1", topic=topic.pk, skills=["billing"], name="Bills"), key("2", name="Anything else")),
    )
    return topic


def test_two_languages_and_a_topic_ring_at_whoever_speaks_the_one_and_knows_the_other(system):
    line = hotline(languages=["en", "nb"])
    topic = bilingual(line)
    ready(line, languages=["nb"])
    ready(line, languages=["en"], skills=["billing"])
    able = ready(line, languages=["nb"], skills=["billing"])
    with system.desk(able) as desk:
        caller = system.phone.dial(number_of(line))
        caller.wait_for("For norsk, trykk 2").press("2")
        caller.wait_for("Samtaler tas opp").press("1")
        desk.answer()
        caller.wait_for("talking").hang_up()
    call = over(caller)
    assert (call.operator, call.language, call.topic, call.outcome) == (able, "nb", topic, "answered")
    system.at_rest()


def test_a_caller_who_presses_nothing_is_answered_all_the_same(system):
    line = hotline(languages=["en", "nb"])
    bilingual(line)
    able = ready(line)
    with system.desk(able, mode="answer"):
        caller = system.phone.dial(number_of(line))
        caller.wait_for("talking", timeout=20).hang_up()
    assert over(caller).outcome == "answered"
    system.at_rest()


def test_a_plan_that_is_published_while_a_caller_is_in_the_menu_is_for_the_next_caller(system):
    line = hotline(languages=["en", "nb"])
    bilingual(line)
    able = ready(line)
    with system.desk(able, mode="answer"):
        caller = system.phone.dial(number_of(line)).wait_for("For English")
        put_in_force(line, notice(en="Everything is new.", nb="Alt er nytt."))
        caller.press("2").wait_for("Samtaler tas opp").press("1")
        caller.wait_for("waiting")
        assert not [text for text in caller.heard if "new" in text]
        caller.hang_up()
        system.phone.dial(number_of(line)).wait_for("Everything is new").hang_up()
    until(lambda: not Call.objects.filter(hotline=line, ended_at=None).exists())
    system.at_rest()


def test_a_caller_who_hangs_up_in_the_menu_is_written_down_as_that(system):
    line = hotline(languages=["en", "nb"])
    bilingual(line)
    caller = system.phone.dial(number_of(line)).wait_for("For English")
    caller.press("1").wait_for("This is menu Topics")
    caller.hang_up()
    call = over(caller)
    assert (call.outcome, call.ended_by, call.queued_at) == ("abandoned", "caller", None)
    system.at_rest()


def test_nobody_signed_on_at_one_hotline_and_somebody_at_the_other(system):
    line, other = hotline(), hotline()
    put_in_force(line, notice(), nobody={"to": "hotline", "hotline": other.pk})
    able = ready(other)
    with system.desk(able) as desk:
        caller = system.phone.dial(number_of(line))
        desk.answer()
        caller.wait_for("talking").hang_up()
    assert (over(caller).operator, over(caller).hotline) == (able, other)
    system.at_rest()


def test_a_closed_hotline_takes_a_message_if_its_plan_says_so(system):
    line = hotline(always_open=False)
    put_in_force(line, notice(), closed={"to": "voicemail", "words": words(en="We sleep. Speak after the tone.")})
    caller = system.phone.dial(number_of(line), speaks="Call me.")
    caller.wait_for("We sleep. Speak after the tone.").wait_for("completed", timeout=20)
    assert over(caller).outcome == "voicemail"
    system.at_rest()
