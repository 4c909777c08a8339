"""What the page foretells is what happens: the same situations asked of both (N1), and never dead air (T44, T45)."""

import random
import re
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from calls import foretelling
from calls.agencies import keep_up
from calls.blocking import block
from calls.foretelling import Question, foretell
from calls.foretold_words import in_words, summary
from calls.models import Call, Caller, Offer
from calls.steps import Gate, Greet, Wait
from lines.missing import lacks
from lines.models import Closure, Hotline, OpeningRule
from lines.tariffs import Tariff
from operators import presence
from operators.models import Agency, AgencyHours, AgencyRule, Operator, Presence
from scheduling.models import Break, Shift
from telephony.twilio import twiml
from tests.analytics.calls import make_call
from tests.calls.test_webhooks import address, body
from tests.world import CarrierHand, hotline, inbound, number_of, operator, sid

pytestmark = pytest.mark.django_db(transaction=True)
CALLER = "+4799900077"
SITUATIONS = 60


class Situation:
    """A hotline, its operators and a caller as chance made them."""

    def __init__(self, number: int) -> None:
        self.chance = random.Random(f"what if {number}")
        self.at = timezone.now()
        self.caller = self.chance.choice([CALLER, CALLER, CALLER, "anonymous"])
        self.line = self._line()
        self._hours()
        self._people()
        keep_up(self.at)
        self._past()

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def _line(self) -> Hotline:
        facts = {
            "takes_everyone": self.likely(0.15),
            "caller_hourly_limit": self.chance.choice([0, 0, 2]),
            "gate": self.chance.choice(["off", "off", "off", "always", "busy"]),
            "gate_calls": 2,
            "voicemail_enabled": self.likely(0.6),
            "greeting": self.chance.choice(["", "Hello, this is the house."]),
            "skills": self.chance.choice([[], [], ["boats"]]),
            "languages": self.chance.choice([["en"], ["nb", "en"], []]),
            "preferred_skills": self.chance.choice([[], [], [], ["boats"], ["boats:3"]]),
            "preference_seconds": self.chance.choice([0, 20]),
            "ring_order": self.chance.choice(["idle", "fewest"]),
        }
        return hotline(
            always_open=False, lines=self.chance.choice([1, 1, 100, 100, 100]), active=self.likely(0.95), **facts
        )

    def _hours(self) -> None:
        kind = self.chance.choice(["always"] * 8 + ["none", "holiday", "exception", "by hand", "once"])
        if kind not in ("none", "once"):
            OpeningRule.objects.create(hotline=self.line, kind="always")
        if kind == "once":
            hour = timedelta(hours=1)
            OpeningRule.objects.create(
                hotline=self.line, kind="one_off", starts_at=self.at - hour, ends_at=self.at + hour
            )
        elif kind == "exception":
            OpeningRule.objects.create(hotline=self.line, kind="closed", first_day=self.at.date())
        elif kind == "by hand":
            Closure.objects.create(hotline=self.line, reason="Fire drill", message="We are outside.", closed_at=self.at)
        elif kind == "holiday":
            self.line.country, self.line.closed_on_holidays = "NO", True
            self.line.save()

    def _people(self) -> None:
        agency = Agency.objects.create(name=f"Agency of {self.line.pk}", active=self.likely(0.8))
        rule = self.chance.choice(["always", "after", "outside"])
        AgencyRule.objects.create(
            agency=agency, hotline=self.line, when=rule, after_seconds=self.chance.choice([0, 0, 30])
        )
        for _ in range(self.chance.choice([0, 1, 3, 3, 4])):
            made = operator(
                self.line,
                at=self.at - timedelta(minutes=self.chance.randint(1, 90)),
                skills=self.chance.choice([[], ["boats"], ["boats"]]),
                languages=self.chance.choice([[], ["en"], ["nb", "en"]]),
                skill_levels=self.chance.choice([{}, {"boats": 3}]),
                agency=agency if self.likely(0.3) else None,
            )
            state = self.chance.choice(["ready", "ready", "ready", "break", "lunch", "offline", "other"])
            if state != Presence.READY:
                presence.choose(made.pk, state, at=self.at, by=made.user)
            if self.likely(0.1):
                Operator.objects.filter(pk=made.pk).update(active=False)
            if self.likely(0.1):
                Operator.objects.filter(pk=made.pk).update(desk_seen_at=self.at - timedelta(minutes=5))

    def _past(self) -> None:
        number = self.line.numbers.get()
        if self.likely(0.15):
            block(CALLER, until=self.at + timedelta(hours=1), reason="Robot.", by=None, at=self.at)
        if self.likely(0.3):
            kind = self.chance.choice(["per_minute", "per_call", "free", "ordinary"])
            Tariff.objects.create(
                number=number, valid_from=self.at - timedelta(days=1), kind=kind, price=Decimal("14.5")
            )
        for _ in range(self.chance.choice([0, 0, 1, 3])):
            minutes = self.chance.choice([0.3, 5, 30])
            over = {"number": number, "caller_number": CALLER, "state": "ended", "outcome": "abandoned"}
            over |= {"ended_at": self.at} if self.likely(0.5) else {"state": "arrived", "outcome": ""}
            make_call(self.line, self.at - timedelta(minutes=minutes), queued_at=None, **over)


@pytest.mark.parametrize("number", range(SITUATIONS))
def test_the_page_foretells_what_the_webhook_then_does(number):
    here, carrier = Situation(number), CarrierHand()
    told = foretell(Question(number_of(here.line), here.at, here.caller))
    before = (Call.objects.count(), Offer.objects.count())
    assert in_words(told) and summary(told)
    assert before == (Call.objects.count(), Offer.objects.count()), "foretelling writes nothing"

    form = inbound(number_of(here.line), caller=here.caller)
    heard = body(carrier.post("/twilio/voice/", form))
    call = Call.objects.get(carrier_ref=form["CallSid"])
    assert call.refused == told.refused
    if told.gated:
        assert isinstance(told.first, Gate) and "<Gather" in heard and "<Enqueue" not in heard
        key = re.search(r"press (\d)|Trykk (\d)", heard)
        where = re.search(r'action="([^"]+)"', heard)[1]
        heard = body(carrier.post(where, form | {"Digits": key[1] or key[2]}))
        assert heard == twiml.render(told.greeting, call_id=call.pk)
    else:
        assert heard == twiml.render(told.first, call_id=call.pk)
    if told.refused:
        assert not told.rung and "<Enqueue" not in heard
        return
    waiting = body(carrier.post(address(heard, "waitUrl"), form | {"QueueSid": sid("QU"), "QueueTime": "0"}))
    offer = Offer.objects.filter(call=call).first()
    assert (offer.operator_id if offer else None) == (told.rung[0].pk if told.rung else None)
    assert ("<Leave/>" in waiting) is told.nobody
    if told.nobody:
        after = body(carrier.post(f"/twilio/next/{call.pk}/", form | {"QueueResult": "leave"}))
        assert after == twiml.render(told.unanswered, call_id=call.pk)
        assert "<Record" in after or "<Say" in after, "never dead air"


def test_chance_made_every_kind_of_situation():
    """The table above would prove little if most calls went the same way."""
    met = set()
    for number in range(SITUATIONS):
        here = Situation(number)
        told = foretell(Question(number_of(here.line), here.at, here.caller))
        met.add(told.refused or ("gated" if told.gated else "greeted"))
        if not told.refused:
            met.add("rung" if told.rung else "nobody" if told.nobody else "waits")
            met |= {"price"} if told.greeting.price else set()
        Call.objects.all().delete()
        Caller.objects.all().delete()
    assert met >= {
        "closed",
        "limit",
        "blocked",
        "full",
        "unknown",
        "gated",
        "greeted",
        "rung",
        "nobody",
        "waits",
        "price",
    }


def test_operators_are_rung_in_the_order_foretold():
    """The whole order, not only the first: each who is rung declines, and the next is rung."""
    from calls.services import assign, close_offer

    line = hotline()
    for minutes in (5, 50, 20):
        operator(line, at=timezone.now() - timedelta(minutes=minutes))
    told = foretell(Question(number_of(line), timezone.now(), CALLER))
    carrier = CarrierHand()
    form = inbound(number_of(line), caller=CALLER)
    heard = body(carrier.post("/twilio/voice/", form))
    carrier.post(address(heard, "waitUrl"), form | {"QueueSid": sid("QU"), "QueueTime": "0"})
    rung = []
    for _ in told.rung:
        offer = Offer.objects.get(state="ringing")
        rung.append(offer.operator_id)
        close_offer(offer.pk, Offer.State.DECLINED, at=timezone.now(), reason="declined")
        assign(timezone.now())
    assert rung == [each.pk for each in told.rung]


# --- other moments and rosters
def reasons(told) -> dict[str, str]:
    return {name: why for part in in_words(told) for name, why, _tone in part.people}


def test_each_operator_who_is_not_rung_has_a_reason():
    line = hotline(skills=["boats"], languages=["nb"])
    at = timezone.now()
    ready = operator(line, skills=["boats"], languages=["nb"], display_name="Ready")
    operator(line, skills=[], languages=["nb"], display_name="Unskilled")
    operator(line, skills=["boats"], languages=["en"], display_name="Foreign")
    operator(line, skills=["boats"], state="offline", display_name="Offline")
    lunch = operator(line, skills=["boats"], display_name="Lunch")
    presence.choose(lunch.pk, Presence.LUNCH, at=at, by=lunch.user)
    shift = Shift.objects.create(operator=lunch, starts_at=at - timedelta(hours=2), ends_at=at + timedelta(hours=2))
    Break.objects.create(
        shift=shift, kind="lunch", starts_at=at - timedelta(minutes=5), ends_at=at + timedelta(minutes=25), begun_at=at
    )
    operator(hotline(), skills=["boats"], display_name="Elsewhere")
    told = foretell(Question(number_of(line), at, CALLER))
    assert [each.pk for each in told.rung] == [ready.pk]
    said = reasons(told)
    assert said["Ready"] == "is rung first"
    assert said["Unskilled"] == "lacks the skill boats"
    assert said["Foreign"] == "does not speak nb"
    assert said["Offline"] == "not signed on"
    assert said["Lunch"].startswith("on a break until")
    assert "Elsewhere" not in said


def test_who_is_rung_later_or_at_other_hours_is_told_when():
    at = timezone.now().replace(hour=12, minute=0)
    line = hotline(skills=["boats:2"], level_seconds=40, preferred_skills=["sails"], preference_seconds=20)
    first = operator(line, skills=["boats", "sails"], display_name="First")
    learns = {"skills": ["boats", "sails"], "skill_levels": {"boats": 1}}
    operator(line, display_name="Learner", **learns)
    operator(line, skills=["boats"], display_name="Plain")
    for name, rule in {"Later": ("after", 30), "Night": ("always", 0), "Closed": ("outside", 0), "None": None}.items():
        agency = Agency.objects.create(name=name)
        if rule:
            AgencyRule.objects.create(agency=agency, hotline=line, when=rule[0], after_seconds=rule[1])
        if name == "Night":
            hours = [AgencyHours(agency=agency, weekday=day, opens=time(20), closes=time(6)) for day in range(7)]
            AgencyHours.objects.bulk_create(hours)
        operator(line, skills=["boats", "sails"], display_name=f"Of {name}", agency=agency)
    told = foretell(Question(number_of(line), at, CALLER))
    assert [each.pk for each in told.rung] == [first.pk]
    said = reasons(told)
    assert said["Learner"] == "is rung after 40 seconds: until then the level boats:2 is asked for"
    assert said["Plain"] == "is rung after 20 seconds: until then only those with sails"
    assert said["Of Later"] == "Later is rung after 30 seconds"
    assert said["Of Night"] == "Night is closed until 20:00"
    assert said["Of Closed"] == "Closed does not answer in the coming days", "the hotline itself is always open"
    assert said["Of None"] == "None is not rung for this hotline"
    part = next(part for part in in_words(told) if part.name == "Operators")
    assert part.why.endswith("Those with sails come before the others.")


def test_what_is_foretold_of_an_agency_at_another_moment_follows_its_hours_then():
    line = hotline(always_open=False)
    agency = Agency.objects.create(name="Evening voices")
    AgencyHours.objects.bulk_create(
        AgencyHours(agency=agency, weekday=day, opens=time(18), closes=time(23)) for day in range(7)
    )
    AgencyRule.objects.create(agency=agency, hotline=line, when="outside")
    eva = operator(line, agency=agency)
    day = (timezone.now() + timedelta(days=2)).replace(minute=0)
    assert foretell(Question(number_of(line), day.replace(hour=12), CALLER, is_now=False)).refused == "closed"
    told = foretell(Question(number_of(line), day.replace(hour=20), CALLER, is_now=False))
    assert [each.pk for each in told.rung] == [eva.pk]
    opening = next(part for part in in_words(told) if part.name == "Opening hours")
    assert opening.why == "an agency answers: Evening voices"


def test_at_another_moment_the_shifts_say_who_is_there():
    line = hotline()
    then = timezone.now() + timedelta(days=3)
    working = operator(line, state="offline", display_name="Working")
    pausing = operator(line, state="offline", display_name="Pausing")
    operator(line, display_name="Ready now")
    for who in (working, pausing):
        Shift.objects.create(operator=who, starts_at=then - timedelta(hours=1), ends_at=then + timedelta(hours=4))
    Break.objects.create(
        shift=pausing.shifts.get(),
        kind="short",
        starts_at=then - timedelta(minutes=5),
        ends_at=then + timedelta(minutes=10),
    )
    told = foretell(Question(number_of(line), then, CALLER, roster=foretelling.ROSTERED, is_now=False))
    said = reasons(told)
    assert (said["Working"], said["Ready now"]) == ("is rung first", "not on duty then")
    assert said["Pausing"].startswith("on a break until")


@pytest.mark.parametrize(
    ("roster", "voicemail", "said"),
    [
        (foretelling.NOBODY, True, "The caller is greeted, and led to voicemail."),
        (foretelling.NOBODY, False, "The caller is greeted, and told to call again."),
        (foretelling.BUSY, True, "The caller is greeted and waits."),
    ],
)
def test_nobody_there_and_everybody_busy_can_be_supposed(roster, voicemail, said):
    line = hotline(voicemail_enabled=voicemail)
    operator(line)
    told = foretell(Question(number_of(line), timezone.now(), CALLER, roster=roster))
    assert summary(told) == said


def test_a_holiday_to_come_is_known_by_name():
    line = hotline(country="NO", closed_on_holidays=True, time_zone="Europe/Oslo")
    then = timezone.now().replace(month=12, day=25, hour=12)
    then = then.replace(year=then.year + (then < timezone.now()))
    told = foretell(Question(number_of(line), then, CALLER, roster=foretelling.ROSTERED, is_now=False))
    opening = next(part for part in in_words(told) if part.name == "Opening hours")
    assert told.refused == "closed" and "public holiday" in opening.why
    assert any("closed now" in words.text for words in opening.heard)


def test_a_block_that_is_over_by_then_does_not_count():
    line, at = hotline(), timezone.now()
    block(CALLER, until=at + timedelta(days=1), reason="Robot.", by=None, at=at)
    assert foretell(Question(number_of(line), at, CALLER)).refused == "blocked"
    later = at + timedelta(days=2)
    assert foretell(Question(number_of(line), later, CALLER, is_now=False)).refused == ""
    assert foretell(Question(number_of(line), at, "")).refused == ""


def test_the_caller_is_told_the_place_in_a_queue_that_waits_already():
    line = hotline()
    make_call(line, timezone.now())
    make_call(line, timezone.now())
    told = foretell(Question(number_of(line), timezone.now(), CALLER))
    assert told.ahead == 2 and isinstance(told.greeting, Greet) and not isinstance(told.first, Wait)


# --- what is missing (T45)
def test_a_hotline_with_nothing_still_answers_and_says_what_it_lacks():
    line = hotline(always_open=False, voicemail_enabled=False)
    said = " ".join(lack.sentence for lack in lacks(line))
    assert "no opening hours" in said and "No operator serves it" in said and "no greeting of its own" in said
    line.numbers.all().delete()
    assert "No number leads here" in " ".join(lack.sentence for lack in lacks(line) if lack.serious)


@pytest.mark.parametrize(
    ("facts", "said"),
    [({"skills": ["boats"]}, "No operator has the skills"), ({"languages": ["fil"]}, "No operator speaks its first")],
)
def test_it_is_said_when_nobody_can_do_what_the_hotline_asks_for(facts, said):
    line = hotline(greeting="Hello.", closed_message="Closed.", **facts)
    operator(line, languages=["en"])
    assert next(lack.sentence for lack in lacks(line)).startswith(said)
    assert lacks(hotline(greeting="Hello.", closed_message="Closed.", name="Whole")) != []


def test_a_whole_hotline_lacks_nothing():
    line = hotline(greeting="Hello.", closed_message="Closed.")
    operator(line)
    assert lacks(line) == []
