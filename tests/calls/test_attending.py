"""A supervisor in somebody's call, without a carrier: who may, what is remembered, and what is told to whom."""

from uuid import UUID

import pytest

from calls import services
from calls.models import Attendance, Call, CallEvent, CallForHelp, Instruction, Offer, Transfer
from calls.notes import end_overdue_wrap_ups
from calls.queries import current
from calls.supervision import company, shows_attendance
from calls.timeline import timeline
from hotline.core.models import AuditEntry
from operators.models import Operator, Presence
from tests.calls.test_supervising import on_a_call, state_of
from tests.people import make_hotline, make_operator, make_user
from tests.world import NOW, sid

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_hotline()


@pytest.fixture
def talk(line):
    """(operator, call): a conversation whose operator's leg the carrier has named."""
    kari, call = on_a_call(line)
    Offer.objects.filter(call=call).update(leg_ref=sid())
    return kari, call


@pytest.fixture
def siri(line):
    return make_user("supervisor", line, first_name="Siri")


def come_in(call, user, way="listen"):
    attendance = services.attend(call.pk, way, by=user, at=NOW)
    leg = sid()
    entry = services.let_in(attendance.pk, leg_ref=leg, at=NOW)
    services.came_in(call.pk, leg_ref=leg, conference_ref="CF1", at=NOW)
    return entry


def told(call, **how):
    return [line.text for line in timeline(call, **how)]


def test_who_listens_is_in_the_audit_trail_and_on_the_timeline(talk, siri):
    kari, call = talk
    entry = come_in(call, siri)
    assert (entry.way, entry.coached) == ("listen", Offer.objects.get().leg_ref)
    assert Instruction.objects.get().payload == {"attendance": str(Attendance.objects.get().pk)}
    audit = AuditEntry.objects.get(verb="call.attended")
    assert (audit.by, audit.subject) == (siri, f"call {call.pk}")
    assert audit.detail == {"way": "listen", "operator": kari.pk}
    services.attend(call.pk, "whisper", by=siri, at=NOW)
    services.stop(call.pk, by=siri, at=NOW)
    assert told(call) == ["Siri listened.", "Siri whispered to the operator.", "Siri left the call."]
    ways = AuditEntry.objects.filter(verb="call.attended").order_by("pk").values_list("detail__way", flat=True)
    assert list(ways) == ["listen", "whisper"]


def test_an_operator_reads_who_listened_only_where_the_hotline_shows_it(talk, siri, line):
    kari, call = talk
    come_in(call, siri)
    call.refresh_from_db()
    assert shows_attendance(call, kari.user) and company(call) == ["Siri is listening"]
    line.listening_shown = False
    line.save()
    call.refresh_from_db()
    assert not shows_attendance(call, kari.user) and shows_attendance(call, siri)
    assert company(call) == [] and told(call, attendance=False) == []


def test_a_call_without_a_supervisor_costs_its_end_no_query(talk, django_assert_num_queries):
    from calls.parting import close_all

    with django_assert_num_queries(0):
        close_all(talk[1], at=NOW, reason="caller left")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda kari, call: services.call_ended(call.pk, at=NOW), "Nobody talks"),
        (lambda kari, call: Offer.objects.update(state="finished"), "Nobody talks"),
    ],
)
def test_where_nobody_talks_nobody_comes_in(talk, siri, spoil, sentence):
    spoil(*talk)
    with pytest.raises(services.Refused, match=sentence):
        services.attend(talk[1].pk, "listen", by=siri, at=NOW)
    assert not Attendance.objects.exists() and not AuditEntry.objects.exists()


def test_a_supervisor_in_a_call_of_their_own_is_refused(talk, line):
    kari, call = talk
    with pytest.raises(services.Refused, match="your own call"):
        services.attend(call.pk, "listen", by=kari.user, at=NOW)
    boss = make_operator(line, role="supervisor", state=Presence.WRAP_UP)
    with pytest.raises(services.Refused, match="Finish it first"):
        services.attend(call.pk, "listen", by=boss.user, at=NOW)


def test_a_supervisor_is_in_one_call_at_a_time(talk, siri, line):
    come_in(talk[1], siri)
    _, other = on_a_call(line)
    with pytest.raises(services.Refused, match="another call"):
        services.attend(other.pk, "listen", by=siri, at=NOW)
    with pytest.raises(services.Refused, match="not in this call"):
        services.stop(other.pk, by=siri, at=NOW)


def test_a_telephone_that_is_not_known_cannot_ring(talk, siri):
    with pytest.raises(services.Refused, match="No telephone number"):
        services.attend(talk[1].pk, "listen", by=siri, at=NOW, device="phone")


def test_asked_again_in_the_same_way_nothing_is_done_twice(talk, siri):
    come_in(talk[1], siri)
    before = Instruction.objects.count(), AuditEntry.objects.count(), CallEvent.objects.count()
    services.attend(talk[1].pk, "listen", by=siri, at=NOW)
    assert (Instruction.objects.count(), AuditEntry.objects.count(), CallEvent.objects.count()) == before


def test_after_a_take_over_the_operator_writes_up_this_call_and_no_earlier_one(talk, siri, line):
    kari, call = talk
    Call.objects.filter(pk=call.pk).update(answered_at=NOW)
    come_in(call, siri, "take_over")
    boss = Operator.objects.get(user=siri)
    assert (state_of(kari), state_of(boss), list(boss.hotlines.all())) == ("wrap_up", "on_call", [])
    assert current(kari.pk).call == call
    assert current(kari.pk).phase == "wrap_up" and current(boss.pk).phase == "live"
    assert end_overdue_wrap_ups(NOW) == 0  # the time of this call's hotline, not that of none
    services.save_note(
        call.pk, operator_id=kari.pk, by=kari.user, at=NOW, topic_id=None, outcome="answered", summary="x"
    )
    assert state_of(kari) == "ready" and Call.objects.get(pk=call.pk).state == "connected"


def asking(call, kari, line):
    """A colleague whom the operator asks, the caller on hold; (colleague, their part)."""
    ola = make_operator(line)
    part = Offer.objects.create(
        id=UUID(int=1), call=call, operator=ola, purpose="consult", state="accepted", device="browser", made_at=NOW,
        ring_until=NOW, accepted_at=NOW, leg_ref=sid(),
    )  # fmt: skip
    Transfer.objects.create(call=call, by=kari, kind="warm", state="talking", to="Ola", offer=part, made_at=NOW)
    Call.objects.filter(pk=call.pk).update(handed=1, held_at=NOW)
    return ola, part


def test_a_supervisor_whispers_to_whoever_has_the_caller_and_not_to_a_colleague_who_is_asked(talk, siri, line):
    kari, call = talk
    asking(call, kari, line)
    assert come_in(call, siri, "whisper").coached == Offer.objects.get(operator=kari).leg_ref


def test_a_call_that_is_being_passed_on_is_not_taken_over(talk, siri, line):
    kari, call = talk
    asking(call, kari, line)
    with pytest.raises(services.Refused, match="being passed on to Ola"):
        services.attend(call.pk, "take_over", by=siri, at=NOW)
    assert not Attendance.objects.exists()


def test_who_was_to_take_over_has_only_joined_when_the_operator_passes_the_call_on_meanwhile(talk, siri, line):
    kari, call = talk
    attendance = services.attend(call.pk, "take_over", by=siri, at=NOW)
    services.let_in(attendance.pk, leg_ref="CA" + "7" * 32, at=NOW)
    asking(call, kari, line)
    services.came_in(call.pk, leg_ref="CA" + "7" * 32, conference_ref="CF1", at=NOW)
    attendance.refresh_from_db()
    assert (attendance.way, attendance.left_at) == ("join", None)
    assert Call.objects.get(pk=call.pk).operator == kari and state_of(kari) == "on_call"


def test_whoever_takes_over_goes_back_to_what_they_did_before(talk, line):
    _, call = talk
    boss = make_operator(line, role="supervisor", state=Presence.OFFLINE)
    come_in(call, boss.user, "take_over")
    assert state_of(boss) == "on_call"
    services.call_ended(call.pk, at=NOW)
    services.finish_wrap_up(boss.pk, at=NOW)
    assert state_of(boss) == "offline"


def test_a_call_is_taken_over_once(talk, siri, line):
    come_in(talk[1], siri, "take_over")
    anna = make_user("supervisor", line)
    with pytest.raises(services.Refused, match="Siri has taken this call over already"):
        services.attend(talk[1].pk, "take_over", by=anna, at=NOW)
    assert services.attend(talk[1].pk, "join", by=anna, at=NOW).offer.operator.user == siri


def test_whoever_whispers_meanwhile_whispers_to_the_new_operator(talk, siri, line):
    kari, call = talk
    anna = make_user("supervisor", line)
    come_in(call, anna, "whisper")
    come_in(call, siri, "take_over")
    whisper = Attendance.objects.get(user=anna)
    assert whisper.offer.operator.user == siri and whisper.left_at is None
    assert Instruction.objects.filter(kind="adjust").get().payload == {"attendance": str(whisper.pk)}


def test_help_is_asked_for_once_and_can_be_withdrawn(talk):
    kari, call = talk
    for _ in range(2):
        services.call_for_help(call.pk, operator_id=kari.pk, by=kari.user, at=NOW)
    assert [each.call_id for each in services.asking([call.hotline_id])] == [call.pk]
    services.withdraw_help(call.pk, by=kari.user, at=NOW)
    assert list(services.asking([call.hotline_id])) == []
    assert told(call) == [f"{kari} called for a supervisor.", "Help was not needed any more."]
    assert [entry.verb for entry in AuditEntry.objects.order_by("pk")] == ["call.help_asked", "call.help_withdrawn"]


def test_only_who_talks_in_a_call_can_ask_for_help_in_it(talk, line):
    with pytest.raises(services.Refused, match="do not talk"):
        services.call_for_help(talk[1].pk, operator_id=make_operator(line).pk, by=None, at=NOW)
    assert not CallForHelp.objects.exists()


# --- a waiting call moves to another hotline -------------------------------------------------------
def waiting(line, **fields):
    return Call.objects.create(
        carrier_ref=sid(),
        hotline=line,
        state="waiting",
        arrived_at=NOW,
        queued_at=NOW,
        caller_kind="withheld",
        **fields,
    )


def test_a_waiting_call_moves_to_another_hotline_and_is_offered_there(siri):
    from lines.models import OpeningRule

    here, there = make_hotline(), make_hotline(skills=["dutch"], priority=3)
    OpeningRule.objects.create(hotline=there, kind="always")
    jon = make_operator(there, skills=["dutch"], state=Presence.READY)
    call = waiting(here)
    services.move_to_hotline(call.pk, there, by=siri, at=NOW)
    call.refresh_from_db()
    assert (call.hotline, call.skills, call.priority, call.queued_at) == (there, ["dutch"], 3, NOW)
    assert Offer.objects.get(call=call).operator == jon
    assert f"Siri moved the call from {here} to {there}." in told(call)
    assert AuditEntry.objects.get(verb="call.moved").detail == {"was": here.pk, "to": there.pk}


def test_whoever_is_rung_for_a_call_that_moves_stops_being_rung(siri):
    from lines.models import OpeningRule

    here, there = make_hotline(), make_hotline()
    OpeningRule.objects.create(hotline=there, kind="always")
    kari, call = make_operator(here, state=Presence.READY), waiting(here)
    services.assign(NOW)
    assert state_of(kari) == "ringing"
    services.move_to_hotline(call.pk, there, by=siri, at=NOW)
    assert state_of(kari) == "ready" and Offer.objects.get().state == "withdrawn"
    assert Call.objects.get().ringing_until is None


@pytest.mark.parametrize("spoil", ["closed", "same", "answered"])
def test_a_call_does_not_move_to_where_nobody_would_answer(siri, spoil):
    here, there = make_hotline(), make_hotline()
    call = waiting(here)
    if spoil == "answered":
        Call.objects.update(state="connected")
    with pytest.raises(services.Refused):
        services.move_to_hotline(call.pk, here if spoil == "same" else there, by=siri, at=NOW)
    assert Call.objects.get().hotline == here


def test_a_call_that_was_brought_forward_can_be_put_back(siri, line):
    first, second = waiting(line), waiting(line, priority=-1)
    before = services.bring_forward(second.pk, by=siri, at=NOW)
    assert before == -1 and Call.objects.get(pk=second.pk).priority > first.priority
    services.put_back(second.pk, priority=before, by=siri, at=NOW)
    assert Call.objects.get(pk=second.pk).priority == -1
