"""Calling out at the desk: the panel, what was looked up, the wish of another page, and what is refused."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calls import outward_alarms, services
from calls.models import Call, Note, OutwardRule
from desk import wallboard
from hotline.core.models import AuditEntry
from knowledge.models import Contact
from operators.models import Operator
from tests.desk.caller import Caller
from tests.people import make_user
from tests.world import hotline, number_of, operator, sid, supervisor_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line():
    return hotline("Faults line", country="NO", organisation="City Water")


@pytest.fixture
def kari(line, client):
    made = operator(line, display_name="Kari", at=timezone.now())
    client.force_login(made.user)
    return made


@pytest.fixture
def engineer(line):
    return Contact.objects.create(hotline=line, name="Duty engineer", phone="+4740000061", role="Pipes")


def post(client, choice, **facts):
    answer = client.post("/desk/call-out/", {"choice": choice, **facts}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_panel_finds_contacts_and_no_number_that_is_typed_unless_the_hotline_allows_it(
    client, kari, line, engineer
):
    def found(text):
        shown = client.get("/desk/call-out/targets/", {"q": text}).content.decode()
        return re.findall(r'name="choice" value="([^"]+)"', shown)

    assert "Duty engineer" in client.get("/desk/call-out/").content.decode()
    assert found("pipes") == [f"contact:{engineer.pk}"]
    assert found("+4740000077") == []
    OutwardRule.objects.create(hotline=line, typed=True)
    assert found("40000077") == [f"+4740000077 {line.slug}"]
    post(client, f"+4740000077 {line.slug}", q="40000077")
    assert Call.objects.get(direction="outgoing").caller_number == "+4740000077"


def test_the_ring_says_that_it_is_ones_own_call_and_answers_by_itself(client, kari, engineer):
    shown = post(client, f"contact:{engineer.pk}")
    assert 'data-own="1"' in shown and "Duty engineer" in shown and "Outgoing call" in shown
    assert "+47••••••61" in shown and 'id="desk-wish" hx-swap-oob="true"' in shown
    call = Call.objects.get(direction="outgoing")
    services.accept_offer(call.offers.get().pk, leg_ref=sid(), at=timezone.now())
    shown = client.get("/desk/now/").content.decode()
    assert "being dialled" in shown and 'id="hold"' in shown and 'id="hang-up"' in shown


def test_a_refusal_is_a_sentence_on_the_desk_or_in_the_panel(client, kari, engineer):
    Operator.objects.filter(pk=kari.pk).update(state="break")
    assert "Go ready first" in post(client, f"contact:{engineer.pk}")
    panel = post(client, f"contact:{engineer.pk}", q="engin")
    assert "Go ready first" in panel and 'id="call-out-form"' in panel and 'value="engin"' in panel
    assert not Call.objects.exists()


def test_during_a_call_nobody_is_called_out(client, kari, line, engineer):
    Caller(line).answered()
    assert "You have a call in hand" in post(client, f"contact:{engineer.pk}")


def test_at_the_limit_the_desk_says_so(client, kari, line, engineer):
    OutwardRule.objects.create(hotline=line, daily_minutes=1)
    at = timezone.now()
    Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), direction="outgoing", arrived_at=at, reached_at=at,
        ended_at=at, carrier_seconds=60, state="ended",
    )  # fmt: skip
    assert "limit for outgoing calls is reached (Faults line: 1 of 1 minutes)" in post(client, f"contact:{engineer.pk}")


def test_the_register_and_the_contacts_lead_to_the_desk_with_the_wish(client, kari, line, engineer):
    caller = Caller(line).answered().operator_left()
    page = client.get(reverse("calls:call", args=[caller.call.pk])).content.decode()
    wish = f"/desk/?call={caller.call.pk}"
    assert wish in page and "Call back" in page
    assert f"/desk/?call=contact:{engineer.pk}" in client.get("/knowledge/").content.decode()
    shown = client.get(wish).content.decode()
    assert f'value="{caller.call.pk}"' in shown and "as Faults line?" in shown
    assert "+4791234567" not in shown  # the caller's number stays masked
    assert not Call.objects.filter(direction="outgoing").exists()  # nothing is called by an address
    assert "There is no such contact." in client.get("/desk/?call=contact:999").content.decode()


def test_a_supervisor_without_a_telephone_is_offered_no_call(client, line, engineer):
    caller = Caller(line)
    caller.hung_up()
    client.force_login(supervisor_of(line))
    assert "/desk/?call=" not in client.get(reverse("calls:call", args=[caller.call.pk])).content.decode()
    assert "/desk/?call=" not in client.get("/knowledge/").content.decode()


def test_whom_a_note_promised_a_call_stands_on_the_idle_desk(client, kari, line):
    caller = Caller(line).answered().operator_left()
    Note.objects.create(call=caller.call, operator=kari, outcome="callback", saved_at=timezone.now())
    services.finish_wrap_up(kari.pk, at=timezone.now())
    shown = client.get("/desk/now/").content.decode()
    assert "The note says: call back" in shown and f"call:{caller.call.pk}" in shown
    post(client, f"call:{caller.call.pk}")
    assert Call.objects.get(direction="outgoing").outgoing.origin_id == caller.call.pk


# --- the limits ----------------------------------------------------------------------------------


def test_the_board_shows_supervisors_the_highest_alarm_in_words_and_operators_nothing(client, kari, line):
    wallboard.forget()
    OutwardRule.objects.create(hotline=line, daily_minutes=10)
    at = timezone.now()
    for seconds, words in ((300, "50 % of today’s limit for outgoing calls"), (300, "Nothing more is dialled.")):
        Call.objects.create(
            carrier_ref=sid(), hotline=line, dialled=number_of(line), direction="outgoing", arrived_at=at,
            reached_at=at, ended_at=at, carrier_seconds=seconds, state="ended",
        )  # fmt: skip
        outward_alarms.raise_due(timezone.now())
        wallboard.forget()
        client.force_login(supervisor_of(line))
        assert words in client.get("/board/now/").content.decode()
    client.force_login(kari.user)
    assert "outgoing calls" not in client.get("/board/now/").content.decode()
    client.force_login(supervisor_of(hotline("Books")))
    assert "outgoing calls" not in client.get("/board/now/").content.decode()


def test_an_administrator_sets_countries_and_limits_and_a_supervisor_reads_them(client, line):
    client.force_login(make_user("administrator"))
    address = reverse("outward:rule", args=[line.slug])
    assert client.get(address).status_code == 200
    typed = {
        "countries": "no, se",
        "daily_minutes": "30",
        "daily_spend": "12.50",
        "currency": "usd",
        "minute_price": "0.02",
    }
    assert client.post(address, typed).status_code == 302
    rule = OutwardRule.objects.get(hotline=line)
    assert (rule.countries, rule.daily_minutes, rule.daily_spend) == (["NO", "SE"], 30, 1250)
    assert (rule.currency, rule.minute_price, rule.typed) == ("USD", Decimal("0.02"), False)
    assert AuditEntry.objects.filter(verb="outward.rule_set", subject=f"hotline {line.pk}").exists()
    for wrong in ({"countries": "Norway"}, {"currency": "XXX"}, {"daily_minutes": "-1"}, {"daily_spend": "0.001"}):
        assert client.post(address, typed | wrong).status_code == 422
    together = {"daily_minutes": "3000", "daily_spend": "0", "currency": "USD", "time_zone": "Europe/Oslo"}
    assert client.post(reverse("outward:together"), together).status_code == 302
    client.force_login(supervisor_of(line))
    shown = client.get("/outward/").content.decode()
    assert "0 of 30 minutes" in shown and "0 of 3000 minutes" in shown and "NO, SE" in shown
    assert client.get(address).status_code == 403
    client.force_login(supervisor_of())
    shown = client.get("/outward/").content.decode()
    assert "0 of 3000 minutes" in shown and "You serve no hotline yet." in shown


def test_the_page_of_the_limits_asks_the_same_of_many_hotlines(client, line):
    client.force_login(make_user("administrator"))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get("/outward/")
        counts.append(len(asked))
        hotline()
    assert counts[1] == counts[0]


def test_alarms_of_yesterday_are_over(line):
    OutwardRule.objects.create(hotline=line, daily_minutes=1)
    at = timezone.now()
    Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), direction="outgoing", arrived_at=at, reached_at=at,
        ended_at=at, carrier_seconds=60, state="ended",
    )  # fmt: skip
    outward_alarms.raise_due(at)
    assert len(outward_alarms.today([line.pk], at)) == 1
    assert outward_alarms.today([line.pk], at + timedelta(days=1)) == []


def test_the_page_of_callbacks_says_why_they_wait_and_the_register_lists_calls_outwards_alone(client, kari, line):
    OutwardRule.objects.create(hotline=line, daily_minutes=1)
    at = timezone.now()
    made = Call.objects.create(
        carrier_ref=sid(), hotline=line, dialled=number_of(line), direction="outgoing", arrived_at=at, reached_at=at,
        ended_at=at, carrier_seconds=60, state="ended",
    )  # fmt: skip
    assert "Callbacks wait until tomorrow" not in client.get("/callbacks/").content.decode()
    outward_alarms.raise_due(at)
    assert "Callbacks wait until tomorrow" in client.get("/callbacks/").content.decode()
    came = Caller(line).call
    shown = client.get("/calls/", {"show": "outgoing"}).content.decode()
    assert f"call-{made.pk}" in shown and f"call-{came.pk}" not in shown
