"""The life of a call in steps: what a reader of the drawer is told of each kind of call."""

from datetime import UTC, datetime, timedelta

import pytest

from calls.lifeline import lifeline
from calls.models import Offer, Voicemail
from tests.analytics.calls import make_call
from tests.people import make_operator

AT = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def told(call):
    return [
        f"{step.word}{f' ({step.detail})' if step.detail else ''}{f' {step.seconds:.0f}' if step.seconds is not None else ''}"
        for step in lifeline(call)
    ]


def ring(call, operator, begin, end=None, **fields):
    at = call.queued_at
    return Offer.objects.create(
        call=call, operator=operator, device="browser", made_at=at + timedelta(seconds=begin), ring_until=at,
        closed_at=None if end is None else at + timedelta(seconds=end), **fields,
    )  # fmt: skip


def test_missed_by_one_and_taken_by_the_next(hotline):
    kari, ola = make_operator(hotline), make_operator(hotline)
    call = make_call(hotline, AT, wait=34, talk=130, wrap=21, operator=ola, dialled="+4721000001")
    ring(call, kari, 1, 21, state="missed", reason="no answer")
    ring(call, ola, 22, 164, state="finished", accepted_at=call.answered_at)
    assert told(call) == [
        "Dialled +4721000001",
        "Greeting 5",
        "Queue 34",
        f"Rang {kari} (no answer) 20",
        f"{ola} (talked) 130",
        "The caller hung up",
        "Wrap-up 21",
    ]


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("declined", "declined", "declined"),
        ("missed", "unreachable", "could not be reached"),
        ("missed", "not accepted", "picked up but did not accept; perhaps a voicemail box"),
        ("withdrawn", "caller left", "the caller had hung up"),
        ("withdrawn", "line not free yet", "the telephone was still busy with the call before"),
        ("withdrawn", "something new", "it was withdrawn"),
    ],
)
def test_every_ring_in_vain_says_why(hotline, state, reason, words):
    call = make_call(hotline, AT, wait=34)
    kari = make_operator(hotline)
    ring(call, kari, 1, 11, state=state, reason=reason)
    assert f"Rang {kari} ({words}) 10" in told(call)
    assert told(call)[-1] == "The caller gave up"


def test_who_hung_up_is_said(hotline):
    ola = make_operator(hotline)
    assert "The operator hung up" in told(make_call(hotline, AT, wait=3, talk=9, operator=ola, end="operator"))
    assert "The call ended" in told(make_call(hotline, AT, wait=3, talk=9, operator=ola, end="system"))


def test_a_message_and_a_message_that_was_not_left(hotline):
    call = make_call(hotline, AT, wait=90, outcome="voicemail", voicemail_at=AT + timedelta(seconds=60))
    assert "Voicemail (no message was left)" in told(call)
    Voicemail.objects.create(call=call, recording_ref="RE1", seconds=25, left_at=call.ended_at)
    assert told(call)[2:] == ["Queue 60", "Voicemail 25", "The caller hung up"]


def test_a_closed_hotline_in_two_steps(hotline):
    call = make_call(hotline, AT, wait=0, outcome="closed", refused="closed", queued_at=None, ended_by="system")
    assert told(call)[1:] == ["Closed; the caller was told so", "The call ended"]


def test_what_still_lasts_counts_on(hotline):
    call = make_call(hotline, AT)
    kari = make_operator(hotline)
    ring(call, kari, 1, state="ringing")
    lasting = {step.word: step.since for step in lifeline(call) if step.since}
    assert lasting == {"Queue": AT, f"Rang {kari}": AT + timedelta(seconds=1)}


def test_a_call_written_from_the_carriers_list_alone_is_told_without_guesses(hotline):
    call = make_call(hotline, AT, wait=3, talk=9, recovered=True, queued_at=None, wrapped_at=None)
    assert told(call) == ["Dialled –", "An operator (talked) 9", "The caller hung up"]
