"""What may be dialled outwards in a day: limits of a hotline and of all together, estimates and the carrier's prices,
alarms once a day each (T73)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.db import transaction

from calls import callbacks, outward, outward_alarms, outward_use, services
from calls.models import Call, Callback, Leg, LegPrice, OutwardAlarm, OutwardRule
from calls.tasks import mail_outward_alarms
from hotline.core.models import AuditEntry
from lines.tariffs import Tariff
from tests.calls.test_callbacks import waiting
from tests.people import make_user
from tests.world import NOW, hotline, number_of, operator, sid

pytestmark = pytest.mark.django_db
THEIRS = "+4791234567"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def line():
    return hotline("Water", country="NO", callbacks_enabled=True, time_zone="Europe/Oslo")


def rule(line, **fields):
    return OutwardRule.objects.update_or_create(hotline=line, defaults=fields)[0]


def called_out(line, seconds, *, at=NOW, **fields):
    """An outgoing call that is over and talked so long."""
    facts = {"state": "ended", "outcome": "answered", "reached_at": at, "ended_at": at + timedelta(seconds=seconds)}
    facts |= {"direction": "outgoing"}
    return Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), caller_number=THEIRS, arrived_at=at, **(facts | fields),
    )  # fmt: skip


def used(line, at=LATER):
    found = outward_use.use_of(line, outward_use.rule_of(line), at)
    return found.minutes, found.spent


def may(line, number=THEIRS, at=LATER, **more):
    with transaction.atomic():
        return outward.may_dial(line, number, at, **more)


# --- what is counted -----------------------------------------------------------------------------


def test_minutes_are_started_ones_of_calls_callbacks_and_outside_telephones_and_what_is_under_way_counts_as_one(line):
    called_out(line, 61)
    called_out(line, 0, reached_at=None, outcome="unreached")  # nobody picked up
    called_out(line, 0, reached_at=None, ended_at=None, state="arrived", outcome="")  # being dialled
    passed_on = waiting(line)
    over = {"state": "over", "answered_at": NOW, "closed_at": NOW + timedelta(seconds=30)}
    Leg.objects.create(call=passed_on, number=THEIRS, made_at=NOW, ring_until=NOW, **over)
    Leg.objects.create(call=passed_on, number=THEIRS, made_at=NOW, ring_until=NOW, state="ringing")
    assert used(line) == (2 + 0 + 1 + 1 + 1, 0)


def test_an_operators_own_telephone_counts_once_the_carrier_has_said_what_it_cost(line):
    call = called_out(line, 0, direction="incoming")
    facts = {"call": call, "hotline": line, "made_at": NOW}
    LegPrice.objects.create(leg_ref="CA1", what="telephone", seconds=70, price="0.028", currency="USD", **facts)
    LegPrice.objects.create(leg_ref="CA2", what="operator", seconds=70, price="0.008", currency="USD", **facts)
    LegPrice.objects.create(leg_ref="CA3", what="caller", seconds=70, price="0.017", currency="USD", **facts)
    assert used(line) == (2, Decimal("0.028"))


def test_money_is_the_carriers_price_in_the_limits_currency_else_the_hotlines_else_the_tariffs(line):
    first, second, third = (called_out(line, 90) for _ in range(3))
    Tariff.objects.create(
        number=line.numbers.get(), valid_from=NOW - timedelta(days=1), own_price="0.1", own_currency="USD"
    )
    assert used(line)[1] == Decimal("0.6")
    rule(line, minute_price=Decimal("0.25"), currency="USD")
    assert used(line)[1] == Decimal("1.5")
    price = {"hotline": line, "what": "outward", "made_at": NOW, "seconds": 90}
    LegPrice.objects.create(call=first, leg_ref=first.carrier_ref, price="0.01700", currency="USD", **price)
    LegPrice.objects.create(call=second, leg_ref=second.carrier_ref, price="9", currency="NOK", **price)
    assert used(line)[1] == Decimal("0.017") + Decimal("0.5") + Decimal("0.5")  # another currency does not add up
    assert third.pk


def test_the_day_is_the_hotlines_own(line):
    called_out(line, 60, at=datetime(2026, 3, 3, 22, 30, tzinfo=UTC))  # half past eleven in the evening in Oslo
    called_out(line, 60, at=datetime(2026, 3, 3, 23, 30, tzinfo=UTC))
    assert used(line)[0] == 1
    assert used(line, datetime(2026, 3, 3, 22, 45, tzinfo=UTC))[0] == 2


# --- limits --------------------------------------------------------------------------------------


def test_without_anything_set_a_hotline_calls_out_for_ten_hours_a_day(line):
    called_out(line, 599 * 60)
    assert may(line) == THEIRS
    called_out(line, 60)
    with pytest.raises(outward.Spent, match="600 of 600 minutes"):
        may(line)


def test_zero_is_no_limit(line):
    rule(line, daily_minutes=0)
    called_out(line, 5000 * 60)
    assert may(line) == THEIRS


def test_the_limit_of_money_is_exact(line):
    rule(line, daily_spend=100, currency="USD", minute_price=Decimal("0.3333"))
    called_out(line, 120)
    assert may(line) == THEIRS  # 0.6666 of 1.00
    call = called_out(line, 60)
    price = LegPrice.objects.create(
        call=call, hotline=line, leg_ref=call.carrier_ref, what="outward", made_at=NOW, seconds=60,
        price=Decimal("0.33339"), currency="USD",
    )  # fmt: skip
    assert may(line) == THEIRS  # 0.99999
    LegPrice.objects.filter(pk=price.pk).update(price=Decimal("0.33340"))
    with pytest.raises(outward.Spent, match=r"1\.00 USD of 1\.00 USD"):
        may(line)


def test_all_hotlines_together_have_a_limit_too(line):
    other = hotline("Books", country="NO")
    OutwardRule.objects.create(hotline=None, daily_minutes=10, time_zone="Europe/Oslo")
    called_out(other, 10 * 60)
    with pytest.raises(outward.Spent, match="all hotlines together: 10 of 10 minutes"):
        may(line)


def test_another_country_is_dialled_once_the_hotline_calls_it(line):
    with pytest.raises(outward.Refused, match="Water does not call its country"):
        may(line, "+46701234567")
    rule(line, countries=["NO", "SE"])
    assert may(line, "+46701234567") == "+46701234567"
    rule(line, countries=["SE"])
    with pytest.raises(outward.Refused):
        may(line)


def test_a_refusal_names_the_number_as_it_may_be_shown(line):
    with pytest.raises(outward.Refused) as refused:
        may(line, "+4782900000", shown="+47 ••• 00")
    assert "829" not in str(refused.value) and "cannot be dialled" in str(refused.value)


# --- callbacks -----------------------------------------------------------------------------------


def test_at_the_limit_callbacks_wait_for_the_next_day_and_their_promise_is_late(line):
    rule(line, daily_minutes=5)
    called_out(line, 5 * 60)
    operator(line)
    callback = callbacks.ask(waiting(line, "+4791234599").pk, at=LATER)
    callbacks.sweep(LATER + timedelta(minutes=5))
    callback.refresh_from_db()
    assert (callback.state, callback.attempt, callback.attempts) == (Callback.State.WAITING, None, 0)
    later = callback.promised_by + timedelta(minutes=1)
    assert callback.kept(later) is False
    assert callback.call.events.filter(kind="callback", data__what="limit").count() == 1
    tomorrow = outward_use.ends(outward_use.use_of(line, outward_use.rule_of(line), LATER)) + timedelta(minutes=1)
    callbacks.sweep(tomorrow)
    callback.refresh_from_db()
    assert callback.attempt is not None


def test_a_limit_that_is_raised_lets_callbacks_go_on_within_a_minute(line):
    rule(line, daily_minutes=1)
    called_out(line, 60)
    callback = callbacks.ask(waiting(line, "+4791234599").pk, at=LATER)
    rule(line, daily_minutes=10)
    callbacks.sweep(LATER + timedelta(seconds=61))
    callback.refresh_from_db()
    assert callback.attempt is not None


# --- alarms --------------------------------------------------------------------------------------


def test_an_alarm_at_50_80_and_100_percent_each_once_a_day_and_remembered(line):
    rule(line, daily_minutes=10)
    told = []
    for minutes in (4, 1, 2, 1, 1, 1, 3):  # 4, 5, 7, 8, 9, 10, 13
        called_out(line, minutes * 60)
        told.append(outward_alarms.raise_due(LATER))
    assert told == [0, 1, 0, 1, 0, 1, 0]
    alarms = OutwardAlarm.objects.order_by("percent")
    assert [(alarm.percent, alarm.words) for alarm in alarms] == [
        (50, "5 of 10 minutes"), (80, "8 of 10 minutes"), (100, "10 of 10 minutes"),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(verb="outward.limit", subject=f"hotline {line.pk}").count() == 3
    tomorrow = LATER + timedelta(days=1)
    called_out(line, 300, at=tomorrow)
    assert outward_alarms.raise_due(tomorrow + timedelta(minutes=1)) == 1


def test_a_jump_raises_all_that_it_passes(line):
    rule(line, daily_minutes=10, daily_spend=100, currency="USD", minute_price=Decimal("0.09"))
    called_out(line, 600)
    assert outward_alarms.raise_due(LATER) == 3 + 2  # 10 of 10 minutes, 0.90 of 1.00 USD
    assert outward_alarms.raise_due(LATER) == 0


def test_administrators_get_one_mail_and_no_second_one(line, mailoutbox, monkeypatch):
    monkeypatch.setattr("calls.tasks.timezone.now", lambda: LATER)
    make_user("administrator", email="ada@example.org")
    make_user("supervisor", email="siri@example.org")
    rule(line, daily_minutes=10)
    called_out(line, 480)
    assert mail_outward_alarms() == 2
    assert mail_outward_alarms() == 0
    (message,) = mailoutbox
    assert message.to == ["ada@example.org"]
    assert "Water: 50 % of today" in message.body and "8 of 10 minutes" in message.body and "/outward/" in message.body


def test_a_mail_that_could_not_be_sent_is_tried_again(line, mailoutbox, monkeypatch):
    monkeypatch.setattr("calls.tasks.timezone.now", lambda: LATER)
    rule(line, daily_minutes=10)
    called_out(line, 300)
    assert mail_outward_alarms() == 0  # no administrator has an address yet
    make_user("administrator", email="ada@example.org")
    assert mail_outward_alarms() == 1
    assert len(mail.outbox) == 1


def test_a_transfer_to_an_outside_telephone_stops_at_the_limit_and_a_callers_own_line_never(line):
    rule(line, daily_minutes=1)
    called_out(line, 60)
    kari = operator(line)
    call = waiting(line)
    services.assign(LATER)
    offer = call.offers.get()
    services.accept_offer(offer.pk, leg_ref=sid(), at=LATER)
    with pytest.raises(services.Refused, match="limit for outgoing calls is reached"):
        services.pass_on(call.pk, to="+4740000060", kind="cold", by=kari.user, at=LATER)
    call.refresh_from_db()
    assert call.state == Call.State.CONNECTED and call.handed == 0
