"""The same arrival five times at once is one row and one answer; the last line is never given twice (T01, S1)."""

import threading

import pytest
from django.db import connection
from django.test import Client

from calls.models import Call, CallEvent
from tests.world import CarrierHand, hotline, inbound, number_of


def at_once(deeds) -> list:
    barrier = threading.Barrier(len(deeds))
    answers: list = [None] * len(deeds)

    def run(index, deed):
        barrier.wait()
        try:
            answers[index] = deed()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lines", [100, 3])
def test_five_deliveries_at_once_are_one_row_and_one_answer(lines):
    line = hotline(lines=lines)
    for _ in range(15):
        form = inbound(number_of(line))
        answers = at_once([lambda form=form: CarrierHand(Client()).post("/twilio/voice/", form).content] * 5)
        assert len(set(answers)) == 1 and b"<Enqueue" in answers[0]
        call = Call.objects.get(carrier_ref=form["CallSid"])
        assert CallEvent.objects.filter(call=call).count() == 1
        call.delete()


@pytest.mark.races
@pytest.mark.django_db(transaction=True)
def test_eight_callers_for_the_last_three_lines_leave_five_with_the_busy_tone():
    for _ in range(8):
        line = hotline(lines=3)
        forms = [inbound(number_of(line)) for _ in range(8)]
        deeds = [lambda form=form: CarrierHand(Client()).post("/twilio/voice/", form).content for form in forms]
        answers = at_once(deeds)
        assert sum(b"<Enqueue" in answer for answer in answers) == 3
        assert sum(b'<Reject reason="busy"/>' in answer for answer in answers) == 5
