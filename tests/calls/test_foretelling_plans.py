"""A call plan is foretold as it then happens: each key and silence, whom it rings, and each of its ends (N1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.foretelling import BUSY, Question, foretell
from calls.foretold_words import in_words, summary
from calls.models import Call, Offer, Topic
from calls.steps import Close, RecordVoicemail
from lines.models import Number
from telephony.twilio import twiml
from tests.calls.test_foretelling import CALLER
from tests.calls.test_webhooks import body
from tests.plans.plans import key, languages, menu, notice, put_in_force, words
from tests.plans.test_overflow import Outside, telephone
from tests.plans.test_running import arrive, closed, press, the_call, wait
from tests.world import CarrierHand, hotline, number_of, operator, supervisor_of

pytestmark = pytest.mark.django_db(transaction=True)
GOODBYE = {"to": "goodbye", "words": words(en="Not now. Goodbye.", nb="Ikke nå. Ha det.")}
MESSAGE = {"to": "voicemail", "words": words(en="Leave us a message.", nb="Legg igjen en beskjed.")}


@pytest.fixture
def carrier():
    return CarrierHand()


@pytest.fixture
def line():
    return hotline(languages=["en", "nb"], skills=["phone"], priority=1)


@pytest.fixture
def other():
    """Another hotline with somebody who is there."""
    made = hotline(languages=["nb"], skills=["elsewhere"], name="Elsewhere")
    operator(made, skills=["elsewhere"], languages=["nb"], display_name="Away")
    return made


@pytest.fixture
def people(line):
    """One who can take what the first key leads to, and one who has been free longer and cannot."""
    at = timezone.now()
    operator(line, skills=["phone"], at=at - timedelta(hours=1), display_name="General")
    operator(line, skills=["phone", "billing"], at=at, display_name="Billing")


def bilingual(line, other, **ends):
    topic = Topic.objects.create(hotline=line, name="Bills")
    keys = [
        key("1", topic=topic.pk, skills=["billing"], priority=2, name="Bills"),
        key("2", "voicemail"),
        key("3", "hotline", hotline=other.pk),
        key("4", "answer", words=words(en="From nine to five.", nb="Fra ni til fem.")),
        key("5", "menu", menu="sub"),
    ]
    sub = menu("sub", key("1", skills=["returns"]), default={"to": "voicemail"})
    return put_in_force(line, languages(), notice(en="Recorded.", nb="Tas opp."), menu("m", *keys), sub, **ends)


def asks(line, keys="", **more):
    return foretell(Question(number_of(line), timezone.now(), CALLER, keys=tuple(keys), **more))


def names(told) -> list[str]:
    return [part.name for part in in_words(told)]


def happens(carrier, line, keys: str):
    """Call for real, press `keys` and then nothing, and wait if it leads to a queue: (form, first answer, last)."""
    form, text = arrive(carrier, line, caller=CALLER)
    first, left = text, list(keys)
    while "<Gather" in text:
        text = press(carrier, form, text, left.pop(0) if left else "")
    return form, first, text


@pytest.mark.parametrize(
    "keys", ["", "1", "2", "11", "21", "12", "13", "14", "141", "15", "151", "19", "777", "9999991"]
)
def test_the_plan_is_foretold_as_it_then_happens(carrier, line, other, people, keys):
    bilingual(line, other)
    told = asks(line, keys)
    assert in_words(told) and summary(told) and not Call.objects.exists()
    form, first, last = happens(carrier, line, keys)
    call = the_call(form)
    assert first == twiml.render(told.first, call_id=call.pk)
    if told.queued is None:
        assert last == twiml.render(told.unanswered, call_id=call.pk)
        return
    assert "<Enqueue" in last
    wait(carrier, form, last)
    call = the_call(form)
    queued = told.queued
    assert (call.hotline, call.language, call.skills, call.priority) == (
        queued.hotline, queued.language, queued.skills, queued.priority,
    )  # fmt: skip
    assert str(call.topic or "") == queued.topic
    offer = Offer.objects.filter(call=call).first()
    assert (offer.operator_id if offer else None) == (told.rung[0].pk if told.rung else None)


def test_each_step_of_the_plan_is_told_in_words(line, other, people):
    bilingual(line, other)
    told = asks(line)
    assert "Greeting" not in names(told)
    assert names(told).count("Language choice") == 2 and names(told).count("Menu “m”") == 2
    said = [words.text for part in in_words(told) for words in part.heard]
    assert "For norsk, trykk 2." in said and "This is menu m." in said
    assert any("Nothing pressed leads to the queue" in part.why for part in in_words(told))
    assert summary(told) == "By the call plan, it rings at General."


def test_a_key_changes_whom_it_rings_and_why_others_are_not(line, other, people):
    bilingual(line, other)
    told = asks(line, "11")
    assert summary(told) == "By the call plan, it rings at Billing."
    queue = next(part for part in in_words(told) if part.name == "Queue")
    assert "knows billing" in queue.why and "Priority +3." in queue.why and "Bills" in queue.why
    reasons = {name: why for part in in_words(told) for name, why, _tone in part.people}
    assert reasons["General"] == "lacks the skill billing"


@pytest.mark.parametrize("rule", ["closed", "full", "nobody"])
@pytest.mark.parametrize("to", ["voicemail", "goodbye", "hotline", "a closed hotline", "usual"])
def test_the_plans_own_ends_are_foretold(carrier, line, other, rule, to):
    if rule == "closed":
        closed(line)
    elif rule == "full":
        Number.objects.filter(hotline=line).update(lines=1)
        arrive(carrier, line)
    if to == "a closed hotline":
        closed(other)
    ends = {"voicemail": MESSAGE, "goodbye": GOODBYE, "usual": {"to": "usual"}}
    put_in_force(line, notice(en="Hi.", nb="Hei."), **{rule: ends.get(to, {"to": "hotline", "hotline": other.pk})})
    told = asks(line)
    assert in_words(told) and summary(told)
    form, first, last = happens(carrier, line, "")
    call = the_call(form)
    assert first == twiml.render(told.first, call_id=call.pk)
    if "<Enqueue" in last:
        heard = wait(carrier, form, last)
        if "<Leave/>" in heard:
            over = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "leave"}))
            assert over == twiml.render(told.unanswered, call_id=call.pk)
        call = the_call(form)
        assert ("<Leave/>" in heard) is (not told.rung)
    offer = Offer.objects.filter(call=call).first()
    assert (offer.operator_id if offer else None) == (told.rung[0].pk if told.rung else None)
    assert bool(told.rung) is (to == "hotline")
    assert bool(told.kept) is (rule != "nobody" and to in ("voicemail", "hotline", "a closed hotline"))


def test_after_its_own_patience_the_plans_end_is_told(line, other, people):
    bilingual(line, other, late=GOODBYE | {"after": 45})
    told = asks(line, roster=BUSY)
    assert isinstance(told.unanswered, Close) and told.unanswered.words.text == "Not now. Goodbye."
    assert in_words(told)[-1].why == "After waiting 45 seconds, unless somebody is being rung."


@pytest.mark.parametrize("rule", ["closed", "full", "nobody"])
@pytest.mark.parametrize("then", ["voicemail", "goodbye"])
def test_an_outside_telephone_is_foretold_as_it_is_then_rung_and_what_follows_if_it_is_not_answered(
    carrier, line, rule, then
):
    if rule == "closed":
        closed(line)
    elif rule == "full":
        Number.objects.filter(hotline=line).update(lines=1)
        arrive(carrier, line)
    put_in_force(line, **{rule: telephone(then=then, words=words(en="We connect you.", nb="Vi setter over."))})
    told = asks(line)
    rung = next(part for part in in_words(told) if part.result == "rings at Agency (+47••••••71)")
    assert rung.heard[0].text == "We connect you." and "for 25 seconds. Whoever answers there presses 1." in rung.why
    assert summary(told) == "By the call plan, it rings at Agency (+47••••••71)."
    form, first, last = happens(carrier, line, "")
    call = the_call(form)
    assert first == twiml.render(told.first, call_id=call.pk)
    if rule == "nobody":
        assert "<Leave/>" in wait(carrier, form, last)
        assert "We connect you." in body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "leave"}))
    Outside(carrier, call).ends("busy")
    heard = body(carrier.post(f"/twilio/next/{call.pk}/", form))
    assert heard == twiml.render(told.unanswered, call_id=call.pk)


def test_back_in_the_queue_from_a_telephone_the_hotlines_own_patience_is_told(line, people):
    put_in_force(line, late=telephone(after=45, then="queue"))
    parts = in_words(asks(line, roster=BUSY))
    assert parts[-2].why.startswith("After waiting 45 seconds") and parts[-2].result.startswith("rings at")
    assert f"After waiting {line.max_wait_seconds} seconds" in parts[-1].why and parts[-1].result == "voicemail"


def test_a_telephone_that_may_not_be_called_any_more_is_foretold_as_not_rung(line):
    put_in_force(line, nobody=telephone())
    Number.objects.create(hotline=hotline(), number="+4740000071")
    part = next(part for part in in_words(asks(line)) if part.result == "not rung")
    assert "one of our own numbers" in part.why


def test_hotlines_that_send_callers_to_each_other_come_to_an_end(line):
    other = hotline()
    put_in_force(line, notice(en="Hi.", nb="Hei."), nobody={"to": "hotline", "hotline": other.pk})
    back = put_in_force(other, notice())
    raw = {"to": "hotline", "hotline": line.pk}  # past the check of publishing, as old data might be
    type(back).objects.filter(pk=back.pk).update(content=back.content | {"ends": {"nobody": raw}})
    assert isinstance(asks(line).unanswered, RecordVoicemail)
    assert summary(asks(line)) == "By the call plan, the caller is led to voicemail."


def test_callers_who_wait_are_said_to_be_offered_a_callback(line):
    operator(line, skills=["phone"])
    assert "be called back" not in str(in_words(asks(line)))
    type(line).objects.filter(pk=line.pk).update(callbacks_enabled=True)
    queue = next(part for part in in_words(asks(line)) if part.name == "Queue")
    assert "press 1 and be called back" in queue.why and queue.heard[0].text.startswith("Press 1 and we call you back")


# --- the page
def test_the_page_tells_the_menu_and_follows_the_keys_given(client, line, other, people):
    bilingual(line, other)
    client.force_login(supervisor_of(line))
    url = f"/lines/{line.slug}/what-if/"
    text = client.get(url).content.decode()
    assert "This is menu m." in text and "it rings at General" in text and "Keys pressed in the menu" in text
    form = {"number": number_of(line), "caller": "new", "moment": "", "language": "", "roster": ""}
    text = client.post(url, form | {"keys": "1, 1"}).content.decode()
    assert "it rings at Billing" in text and "key 1 · Bills" in text
    assert "Keys are the digits" in client.post(url, form | {"keys": "one"}).content.decode()


def test_a_hotline_without_a_plan_is_not_asked_for_keys(client, line):
    client.force_login(supervisor_of(line))
    assert "Keys pressed" not in client.get(f"/lines/{line.slug}/what-if/").content.decode()


def test_a_recording_of_the_plan_can_be_heard_on_the_page(client, line):
    from calls.plans import sounds
    from tests.plans.test_sounds import wav

    kept = sounds.keep(line, wav(1), by=None)
    said = {"en": {"text": "", "sound": kept.token}, "nb": {"text": "Hei", "sound": ""}}
    put_in_force(line, {"id": "n", "kind": "notice", "words": said})
    client.force_login(supervisor_of(line))
    assert f"/audio/{kept.token}/" in client.get(f"/lines/{line.slug}/what-if/").content.decode()
