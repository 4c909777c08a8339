"""A hotline that rings everybody at once: who is rung, for what, and what becomes of them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls import services
from calls.foretelling import Question, foretell
from calls.foretold_words import in_words, summary
from calls.lifeline import lifeline
from calls.models import Call, CallEvent, Instruction, Offer
from calls.ringing_all import AT_ONCE, ring_others
from calls.timeline import timeline
from lines.forms import HotlineForm
from operators import presence
from operators.models import Operator, Presence, PresenceChange, User
from tests.world import hotline, number_of, operator, sid

pytestmark = pytest.mark.django_db


def line(**fields):
    return hotline(rings_all=True, ring_seconds=20, wrap_up_seconds=0, **fields)


def wait(hotline, at=None, **fields):
    at = at or timezone.now()
    return Call.objects.create(
        carrier_ref=sid(),
        hotline=hotline,
        state="waiting",
        arrived_at=at,
        queued_at=at,
        caller_kind="withheld",
        **fields,
    )


def people(hotline, count, at=None, **fields):
    """Operators who are ready, the first of them the longest."""
    at = at or timezone.now()
    return [operator(hotline, at=at - timedelta(minutes=count - n), **fields) for n in range(count)]


def rung(call):
    return list(Offer.objects.filter(call=call, state="ringing").order_by("made_at", "operator_id"))


def accept(offer, at=None):
    return services.accept_offer(offer.pk, leg_ref=sid(), at=at or timezone.now())


def states(*operators):
    return [Operator.objects.values_list("state", flat=True).get(pk=each.pk) for each in operators]


def test_everybody_who_is_ready_and_can_take_the_call_is_rung_at_once():
    water = line(skills=["water"])
    skilled = people(water, 3, skills=["water"])
    unskilled, away = operator(water), operator(water, state=Presence.OFFLINE, skills=["water"])
    elsewhere = operator(hotline(), skills=["water"])
    call = wait(water, skills=["water"])
    assert services.assign(timezone.now()) == 3
    assert [each.operator for each in rung(call)] == skilled
    assert len({(each.made_at, each.ring_until) for each in rung(call)}) == 1
    assert states(*skilled, unskilled, away, elsewhere) == ["ringing"] * 3 + ["ready", "offline", "ready"]
    assert Instruction.objects.filter(call=call, kind="ring").count() == 3
    assert CallEvent.objects.filter(call=call, kind="offered").count() == 3


def test_the_first_who_accepts_has_the_call_and_the_others_are_ready_at_their_old_place():
    kari, ola, siri = people(line(), 3)
    idle = {each.pk: each.idle_since for each in Operator.objects.all()}
    call = wait(kari.hotlines.get())
    services.assign(timezone.now())
    first, second, third = rung(call)
    presence.choose(siri.pk, Presence.BREAK, at=timezone.now(), by=siri.user)
    assert accept(second).won
    assert accept(first).why == accept(third).why == "taken"
    assert states(kari, ola, siri) == ["ready", "on_call", "break"]  # a break chosen while it rang begins
    assert Operator.objects.get(pk=kari.pk).idle_since == idle[kari.pk]
    change = PresenceChange.objects.filter(operator=kari).latest("id")
    assert (change.cause, change.detail) == (presence.Cause.TAKEN, ola.display_name)
    hung_up = Instruction.objects.filter(kind="hang_up").values_list("offer", flat=True)
    assert set(hung_up) == {first.pk, third.pk}
    assert [each.reason for each in Offer.objects.filter(call=call, state="withdrawn")] == ["taken"] * 2
    assert Call.objects.get(pk=call.pk).operator == ola


def test_one_who_declines_leaves_the_others_ringing():
    kari, ola = people(line(), 2)
    call = wait(kari.hotlines.get())
    services.assign(timezone.now())
    services.decline(rung(call)[0].pk, operator_id=kari.pk, at=timezone.now())
    assert states(kari, ola) == ["missed", "ringing"]
    assert services.assign(timezone.now()) == ring_others(timezone.now()) == 0
    assert accept(rung(call)[0]).won


def test_who_becomes_ready_while_it_rings_is_rung_too_for_as_long():
    at = timezone.now()
    (kari,) = people(line(), 1)
    late = operator(kari.hotlines.get(), state=Presence.OFFLINE)
    call = wait(kari.hotlines.get())
    services.assign(at)
    at += timedelta(seconds=15)
    presence.choose(late.pk, Presence.READY, at=at, by=late.user)
    assert services.assign(at) == 0
    assert ring_others(at) == 1
    assert rung(call)[1].ring_until == at + timedelta(seconds=20)
    services.close_offer(rung(call)[0].pk, Offer.State.MISSED, at=at, reason="no answer")
    assert Call.objects.get(pk=call.pk).ringing_until is not None
    assert accept(rung(call)[0]).won


def test_when_all_miss_it_rings_on_at_whoever_comes_next():
    kari, ola = people(line(), 2)
    late = operator(kari.hotlines.get(), state=Presence.OFFLINE)
    call = wait(kari.hotlines.get())
    services.assign(timezone.now())
    for offer in rung(call):
        services.leg_ended(offer.pk, at=timezone.now(), status="no-answer")
    assert states(kari, ola) == ["missed", "missed"]
    assert Call.objects.get(pk=call.pk).ringing_until is None
    for again in (late, ola):
        presence.choose(again.pk, Presence.READY, at=timezone.now(), by=again.user)
    assert services.assign(timezone.now()) == 2
    assert {each.operator for each in rung(call)} == {late, ola}


def test_every_caller_rings_somewhere_before_one_rings_everywhere():
    first, other = line(), hotline()
    made = [operator(first, other, at=timezone.now()) for _ in range(4)]
    calls = [wait(first), wait(other), wait(first)]
    services.assign(timezone.now())
    assert [len(rung(call)) for call in calls] == [2, 1, 1]
    accept(rung(calls[0])[0])
    services.assign(timezone.now())
    assert ring_others(timezone.now()) == 1  # whoever lost the first call is rung for the next
    assert [len(rung(call)) for call in calls] == [0, 1, 2]
    assert len(made) == 4


def test_an_ordinary_hotline_rings_one_after_another():
    ordinary = hotline()
    people(ordinary, 3)
    call = wait(ordinary)
    assert services.assign(timezone.now()) == 1
    assert ring_others(timezone.now()) == 0
    assert len(rung(call)) == 1


def test_no_more_than_twenty_ring_and_the_next_when_one_of_them_ends():
    made = people(line(), AT_ONCE + 3)
    call = wait(made[0].hotlines.get())
    services.assign(timezone.now())
    assert [each.operator_id for each in rung(call)] == [each.pk for each in made[:AT_ONCE]]
    assert ring_others(timezone.now()) == 0
    services.decline(rung(call)[0].pk, operator_id=made[0].pk, at=timezone.now())
    assert ring_others(timezone.now()) == 1
    assert Offer.objects.filter(operator=made[AT_ONCE], state="ringing").exists()


def test_a_call_that_is_passed_on_rings_at_its_target_alone():
    kari, ola, siri = people(line(), 3)
    call = wait(kari.hotlines.get())
    services.assign(timezone.now())
    accept(rung(call)[0])
    services.pass_on(call.pk, to=ola.identity, kind="cold", by=kari.user, at=timezone.now())
    assert ring_others(timezone.now()) == 0
    assert [each.operator for each in rung(call)] == [ola]
    services.decline(rung(call)[0].pk, operator_id=ola.pk, at=timezone.now())
    services.assign(timezone.now())
    assert {each.operator for each in rung(call)} == {kari, siri}


def test_a_telephone_that_cannot_be_rung_is_not_tried_again_at_every_turn():
    at = timezone.now()
    kari, ola = people(line(), 2)
    call = wait(kari.hotlines.get())
    services.assign(at)
    services.close_offer(rung(call)[0].pk, Offer.State.WITHDRAWN, at=at, reason="not rung")
    assert states(kari, ola) == ["ready", "ringing"]
    assert ring_others(at) == ring_others(at + timedelta(seconds=4)) == 0
    assert ring_others(at + timedelta(seconds=6)) == 1


def test_all_are_free_when_the_caller_leaves():
    made = people(line(), AT_ONCE)
    call = wait(made[0].hotlines.get())
    services.assign(timezone.now())
    services.call_ended(call.pk, at=timezone.now())
    assert set(states(*made)) == {"ready"}
    assert Instruction.objects.filter(kind="hang_up").count() == AT_ONCE
    assert not Offer.objects.filter(state="ringing").exists()


# --- what is said of it
def test_what_would_happen_says_that_all_are_rung_at_once():
    made = people(line(), 4)
    for each in people(hotline(), 2):
        each.hotlines.add(made[0].hotlines.get())
        presence.choose(each.pk, Presence.BREAK, at=timezone.now(), by=each.user)
    told = foretell(Question(number_of(made[0].hotlines.get()), timezone.now()))
    assert summary(told) == "The caller is greeted, and 4 operators are rung at once."
    part = next(part for part in in_words(told) if part.name == "Operators")
    assert part.result == "rings all 4 at once"
    assert [why for _name, why, _tone in part.people] == ["is rung"] * 4 + ["on a break"] * 2
    services.assign(timezone.now())
    call = wait(made[0].hotlines.get())
    services.assign(timezone.now())
    assert {each.operator_id for each in rung(call)} == {each.pk for each in told.rung}


def test_one_who_is_alone_is_foretold_as_anywhere():
    (kari,) = people(line(), 1, display_name="Kari")
    told = foretell(Question(number_of(kari.hotlines.get()), timezone.now()))
    assert summary(told) == "The caller is greeted and it rings at Kari."


def test_the_life_of_the_call_names_who_was_rung_at_once_and_who_did_not_take_it():
    water = line()
    for name in ("Kari", "Ola", "Siri"):
        operator(water, display_name=name, at=timezone.now())
    call = wait(water)
    services.assign(timezone.now())
    kari, ola, siri = sorted(rung(call), key=lambda offer: offer.operator.display_name)
    assert steps(call) == [("Rang Kari, Ola and Siri at once", "", "info")]
    services.decline(ola.pk, operator_id=ola.operator_id, at=timezone.now())
    accept(siri)
    assert steps(call) == [("Rang Kari, Ola and Siri at once", "Ola: declined", "quiet")]
    assert CallEvent.objects.filter(call=call, kind="missed").count() == 0
    told = [each.text for each in timeline(call, together=True)]
    assert told[-4:] == [
        "It rang for Kari, Ola and Siri.",
        "Ola declined.",
        "Siri answered.",
        "It stopped ringing at Kari: somebody else had answered.",
    ]
    assert "It rang for Kari." in [each.text for each in timeline(call)]  # the API has a row for each ring
    assert kari.operator.display_name == "Kari"


def test_two_processes_ring_in_one_moment_and_it_is_told_as_one():
    water, at = line(), timezone.now()
    operator(water, display_name="Kari", at=at)
    call = wait(water, at=at)
    services.assign(at)
    operator(water, display_name="Ola", at=at)
    ring_others(at + timedelta(milliseconds=120))
    operator(water, display_name="Siri", at=at)
    ring_others(at + timedelta(seconds=2))
    assert [step[0] for step in steps(call)] == ["Rang Kari and Ola at once", "Rang Siri"]
    told = [each.text for each in timeline(call, together=True)]
    assert told[-2:] == ["It rang for Kari and Ola.", "It rang for Siri."]


def test_who_is_rung_after_a_quick_refusal_was_not_rung_at_once():
    water, at = hotline(ring_seconds=20), timezone.now()
    for name in ("Kari", "Ola"):
        operator(water, display_name=name, at=at)
    call = wait(water, at=at)
    services.assign(at)
    (first,) = rung(call)
    services.decline(first.pk, operator_id=first.operator_id, at=at + timedelta(milliseconds=100))
    services.assign(at + timedelta(milliseconds=200))
    assert [step[0] for step in steps(call)] == ["Rang Kari", "Rang Ola"]


def test_of_many_who_were_rung_three_are_named():
    made = people(line(), 6)
    call = wait(made[0].hotlines.get())
    services.assign(timezone.now())
    services.call_ended(call.pk, at=timezone.now())
    ((word, detail, _tone),) = steps(call)
    assert word.endswith("and 3 others at once")
    assert detail == "the caller had hung up"


def steps(call):
    return [
        (step.word, step.detail, step.tone) for step in lifeline(Call.objects.get(pk=call.pk)) if step.kind == "rang"
    ]


def test_the_setting_stands_on_the_hotlines_page(client):
    water = hotline()
    boss = User.objects.create_superuser("boss", role=User.Role.ADMINISTRATOR)
    client.force_login(boss)
    assert "one after the other" in client.get(f"/lines/{water.slug}/").content.decode()
    page = client.get(f"/lines/{water.slug}/change/").content.decode()
    assert 'name="rings_all"' in page
    facts = {
        name: value
        for name, value in HotlineForm(instance=water).initial.items()
        if value is not None and value is not False
    }
    facts |= {"languages": "en", "skills": "", "rings_all": "on"}
    answer = client.post(f"/lines/{water.slug}/change/", facts)
    assert answer.status_code == 302, answer.context["form"].errors
    assert "the first who accepts has it" in client.get(f"/lines/{water.slug}/").content.decode()
