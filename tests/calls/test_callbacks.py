"""Promises: asked for once, bounded, timed honestly, and settled whatever happens."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls import callback_acts, callbacks, promises, routing, services
from calls.callback_words import promise
from calls.models import Call, Callback, Instruction
from calls.timeline import timeline
from lines.models import OpeningRule
from tests.world import NOW, hotline, number_of, operator, sid, supervisor_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def line():
    return hotline(callbacks_enabled=True, country="NO")


def waiting(line, caller="+4791234567", at=NOW, **fields) -> Call:
    return Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), caller_number=caller,
        caller_kind="number" if caller else "withheld", arrived_at=at, queued_at=at, state="waiting", **fields,
    )  # fmt: skip


def attempt_of(callback) -> Call:
    callback.refresh_from_db()
    return callback.attempt


def test_who_asks_keeps_the_place_priority_language_and_skills(line):
    line.skills = ["fraud"]
    call = waiting(line, priority=3, language="nb", skills=["fraud"])
    callback = callbacks.ask(call.pk, at=LATER)
    stands_in = attempt_of(callback)
    for row in (callback, stands_in):
        assert (row.queued_at, row.priority, row.language, row.skills) == (NOW, 3, "nb", ["fraud"])
    call.refresh_from_db()
    assert (call.state, stands_in.state, stands_in.direction) == ("callback", "waiting", "outgoing")
    assert stands_in.number is None  # it takes none of the number's lines


def test_asked_twice_it_is_one_promise(line):
    call = waiting(line)
    first = callbacks.ask(call.pk, at=LATER)
    assert callbacks.ask(call.pk, at=LATER) == first
    other = waiting(line, at=LATER)
    assert callbacks.ask(other.pk, at=LATER) == first
    assert Callback.objects.count() == Call.objects.filter(direction="outgoing").count() == 1


def test_a_number_is_promised_three_calls_a_day(line):
    for n in range(3):
        callback = callbacks.ask(waiting(line).pk, at=LATER + timedelta(minutes=n))
        callback_acts.cancel(callback.pk, by=None, at=LATER + timedelta(minutes=n))
    call = waiting(line)
    with pytest.raises(callbacks.Enough):
        callbacks.ask(call.pk, at=LATER)
    call.refresh_from_db()
    assert call.state == "waiting"
    assert callbacks.ask(call.pk, at=LATER + timedelta(days=1, minutes=3))


def test_a_call_that_is_answered_or_over_is_promised_nothing(line):
    for state in ({"answered_at": NOW, "state": "connected"}, {"ended_at": NOW, "state": "ended"}):
        call = waiting(line)
        Call.objects.filter(pk=call.pk).update(**state)
        assert callbacks.ask(call.pk, at=LATER) is None
    assert not Callback.objects.exists()


def test_whoever_is_rung_for_the_caller_is_let_go_and_rung_for_the_callback(line):
    kari = operator(line)
    call = waiting(line)
    services.assign(NOW)
    assert call.offers.get().state == "ringing"
    callback = callbacks.ask(call.pk, at=LATER)
    assert call.offers.get().state == "withdrawn"
    assert attempt_of(callback).offers.get().operator == kari


def test_accepting_a_callback_dials_and_moves_nobody(line):
    operator(line)
    callback = callbacks.ask(waiting(line).pk, at=LATER)
    offer = attempt_of(callback).offers.get()
    assert services.accept_offer(offer.pk, leg_ref=sid(), at=LATER).won
    kinds = list(Instruction.objects.filter(call=callback.attempt).values_list("kind", flat=True))
    assert kinds == ["ring", "reach"]


def test_the_promised_time_is_rounded_up_and_never_past(line):
    call = waiting(line)
    callback = callbacks.ask(call.pk, at=LATER + timedelta(seconds=1))
    assert callback.promised_by - LATER >= timedelta(minutes=60)  # nothing to go by
    assert (callback.promised_by.minute % 5, callback.promised_by.second) == (0, 0)


def test_what_would_fall_after_closing_is_promised_for_the_next_opening():
    line = hotline(callbacks_enabled=True, country="NO", always_open=False, time_zone="UTC")
    for day in range(5):
        OpeningRule.objects.create(
            hotline=line, kind="weekly", weekday=day, opens="08:00", closes="10:30"
        )  # NOW is a Wednesday, 10:00
    callback = callbacks.ask(waiting(line).pk, at=NOW)
    assert callback.promised_by == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    assert promise(callback, NOW) == "by Thu 5 Mar 09:00"


def said(callback, at, promised_by) -> str:
    """What the caller hears at a moment of a promise for another."""
    Callback.objects.filter(pk=callback.pk).update(promised_by=promised_by)
    call = Call.objects.select_related("hotline", "callback").get(pk=callback.call_id)
    return routing.promise(call, call.hotline, at).words.text


def test_a_caller_hears_the_time_after_midnight_and_the_word_tomorrow_for_one_far_from_it(line):
    night = NOW.replace(hour=23, minute=30)
    callback = callbacks.ask(waiting(line, at=night, language="en").pk, at=night)
    assert "We call you back by 00:30" in said(callback, night, callback.promised_by)
    assert "We call you back tomorrow by 08:30" in said(callback, night, night + timedelta(hours=9))
    assert "when it is your turn" in said(callback, night, night + timedelta(days=2))


def test_a_caller_hears_of_the_next_opening_only_where_the_hotline_closes_before():
    line = hotline(callbacks_enabled=True, country="NO", always_open=False)
    hours = {"kind": OpeningRule.Kind.WEEKLY, "opens": "06:00", "closes": "02:00"}
    OpeningRule.objects.bulk_create(OpeningRule(hotline=line, weekday=day, **hours) for day in range(7))
    evening = NOW.replace(hour=20)
    callback = callbacks.ask(waiting(line, at=evening, language="en").pk, at=evening)
    assert "tomorrow by 01:00" in said(callback, evening, evening + timedelta(hours=5))
    assert "when we are open again" in said(callback, evening, evening + timedelta(hours=12))


def test_nobody_is_tried_while_the_hotline_is_closed(line):
    callback = callbacks.ask(waiting(line).pk, at=LATER)
    services.call_ended(attempt_of(callback).pk, at=LATER)  # a try that came to nothing
    callbacks.sweep(LATER)
    OpeningRule.objects.filter(hotline=line).delete()
    type(line).objects.filter(pk=line.pk).update(version=2)
    callbacks.sweep(LATER + timedelta(hours=1))
    assert attempt_of(callback) is None


def test_pauses_between_tries_grow_and_the_third_is_the_last(line):
    callback, at = callbacks.ask(waiting(line).pk, at=LATER), LATER
    for pause in (5, 15, None):
        services.call_ended(attempt_of(callback).pk, at=at)
        callbacks.sweep(at)
        callback.refresh_from_db()
        if pause is None:
            break
        assert callback.next_try_at == at + timedelta(minutes=pause)
        callbacks.sweep(callback.next_try_at - timedelta(seconds=1))
        assert attempt_of(callback) is None
        at = callback.next_try_at
        callbacks.sweep(at)
    assert (callback.state, callback.outcome, callback.attempts) == ("failed", "not_reached", 3)
    assert list(promises.follow_ups([line.pk])) == [callback]
    callback_acts.handled(callback.pk, by=supervisor_of(line), at=at)
    assert list(promises.follow_ups([line.pk])) == []


def test_sweeping_again_changes_nothing(line):
    callback = callbacks.ask(waiting(line).pk, at=LATER)
    services.call_ended(attempt_of(callback).pk, at=LATER)
    assert callbacks.sweep(LATER) == 1
    before = Callback.objects.values().get(), Call.objects.count()
    assert callbacks.sweep(LATER) == 0
    assert (Callback.objects.values().get(), Call.objects.count()) == before


def test_a_sweep_without_promises_is_one_query(line):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        callbacks.sweep(LATER)
    assert len(asked) == 1


def test_a_hotline_without_callbacks_asks_the_database_nothing_more():
    from calls import routing

    plain, offering = hotline(), hotline(callbacks_enabled=True)
    counts = []
    for line in (plain, offering):
        call = waiting(line)
        with CaptureQueriesContext(connection) as asked:
            routing.wait_step(call, line, LATER)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_call_now_makes_it_the_next_and_brings_back_what_was_given_up(line):
    boss = supervisor_of(line)
    first = waiting(line, caller="+4790000002", priority=5)
    callback = callbacks.ask(waiting(line, at=LATER).pk, at=LATER)
    callback_acts.call_now(callback.pk, by=boss, at=LATER)
    assert attempt_of(callback).priority > first.priority
    Callback.objects.filter(pk=callback.pk).update(state="failed", attempts=3, next_try_at=None)
    Call.objects.filter(pk=callback.attempt_id).update(state="ended", ended_at=LATER)
    callback_acts.call_now(callback.pk, by=boss, at=LATER)
    callbacks.sweep(LATER)
    assert attempt_of(callback).state == "waiting"


def test_what_is_being_made_can_be_neither_cancelled_nor_hurried(line):
    operator(line)
    callback = callbacks.ask(waiting(line).pk, at=LATER)
    offer = attempt_of(callback).offers.get()
    services.accept_offer(offer.pk, leg_ref=sid(), at=LATER)
    with pytest.raises(callbacks.NotNow, match="right now"):
        callback_acts.cancel(callback.pk, by=None, at=LATER)
    callbacks.dialled(callback.attempt_id, at=LATER)
    for act in (callback_acts.cancel, callback_acts.call_now):
        with pytest.raises(callbacks.NotNow, match="right now"):
            act(callback.pk, by=None, at=LATER)


def test_the_record_counts_kept_and_broken_promises_and_leaves_out_void_ones(line):
    def promised(n, **fields):
        facts = {"state": "done", "promised_by": NOW, "asked_at": NOW, "queued_at": NOW} | fields
        return Callback.objects.create(hotline=line, call=waiting(line), number=f"+479000001{n}", **facts)

    promised(1, tried_at=NOW)
    promised(2, tried_at=NOW - timedelta(minutes=2))
    promised(3, tried_at=LATER)  # too late
    promised(4, state="waiting")  # not yet, and the time is past
    promised(5, state="waiting", promised_by=NOW + timedelta(hours=1))  # there is time
    promised(6, state="cancelled")  # void
    record = promises.record_of([line.pk], LATER)
    assert (record.kept, record.broken, record.percent) == (2, 2, 50)


def test_the_register_tells_the_story_in_plain_words(line):
    operator(line)
    call = waiting(line)
    callback = callbacks.ask(call.pk, at=LATER)
    told = [each.text for each in timeline(call)]
    assert told == ["The caller asked to be called back and keeps the place in the queue."]
    stands_in = attempt_of(callback)
    callbacks.dialled(stands_in.pk, at=LATER)
    callbacks.reached(stands_in.pk, at=LATER)
    told = [each.text for each in timeline(stands_in)]
    assert "The promised number was dialled." in told
    assert "Somebody picked up and pressed a key." in told
    assert "The callback stands in the queue, at the place that was kept." in told
