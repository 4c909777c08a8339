"""The page of the numbers against the carrier's account: where each points, mending, attaching, searching, buying."""

import re

import pytest
from django.core import mail

from hotline.core.models import AuditEntry
from lines import services as lines
from lines.models import Number
from telephony import checkup, pointing
from telephony.models import Pointing
from telephony.tasks import check_numbers
from telephony.twilio import numbers as carrier_numbers
from telephony.twilio.client import circuit, client
from tests.environment import ACCOUNT_SID
from tests.people import make_hotline, make_user
from tests.simulator.rest import check_log
from tests.simulator.test_rest import example
from tests.simulator.test_twiml_verbs import NUMBER

pytestmark = pytest.mark.django_db
PUBLIC = "https://hotline.example.org"
ELSEWHERE = "https://demo.twilio.com/welcome/voice/"


@pytest.fixture
def carrier(settings, control):
    """The system's own client, pointed at the simulator; what was asked of it is held against the contract."""
    settings.TWILIO_API_URL, settings.PUBLIC_URL = control.url, PUBLIC
    client.cache_clear()
    circuit.reset()
    control.settings(open_numbers=False)
    yield control
    check_log(control)
    client().http_client.session.close()
    client.cache_clear()
    circuit.reset()


@pytest.fixture
def administrator(client):
    client.force_login(make_user("administrator", email="keeper@example.org"))
    return client


@pytest.fixture
def hotline():
    return make_hotline("Web shop", country="NO")


def own(carrier, hotline, number="+4721000031", **at_carrier):
    """A number of ours, and what stands at the carrier."""
    right = {name: value for name, value in carrier_numbers.wanted().items() if value}
    carrier.call("POST", "/numbers", {"number": number, **right, **at_carrier})
    return lines.add_number(hotline, number=number, by=None)


def at_carrier(rest_number):
    return next(each for each in carrier_numbers.owned() if each.number == rest_number)


def page(web, path="/numbers/"):
    answer = web.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


# --- drift (T36) ----------------------------------------------------------------------------------
def test_a_number_that_points_at_us_is_found_to(carrier, administrator, hotline):
    own(carrier, hotline)
    shown = administrator.post("/numbers/check/", follow=True).content.decode()
    assert "every number leads here" in shown
    assert "points at us" in shown
    assert 'class="wrong"' not in shown
    assert mail.outbox == []


@pytest.mark.parametrize(
    "changed",
    [
        {"voice_url": ELSEWHERE},
        {"voice_url": ""},
        {"voice_method": "GET"},
        {"voice_fallback_url": ""},
        {"status_callback": "https://old.example.org/twilio/status/"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_number_changed_at_the_carrier_is_red_with_what_differs_and_fix_mends_it(
    carrier, administrator, hotline, changed
):
    number = own(carrier, hotline, **changed)
    shown = administrator.post("/numbers/check/", follow=True).content.decode()
    row = re.search(r'<tr role="row" class="wrong">.*?</tr>', shown, re.S)[0]
    (name,) = changed
    assert "points elsewhere" in row and f"<code>{name}</code>" in row
    assert f"/numbers/{number.pk}/fix/" in row
    shown = administrator.post(f"/numbers/{number.pk}/fix/", follow=True).content.decode()
    assert "leads here now" in shown and 'class="wrong"' not in shown
    assert at_carrier(number.number).differs() == {}
    assert AuditEntry.objects.filter(verb="number.pointed_here", subject=f"number {number.pk}").exists()


def test_the_daily_check_mails_administrators_once_and_again_when_it_breaks_anew(carrier, administrator, hotline):
    number = own(carrier, hotline, voice_url=ELSEWHERE)
    assert check_numbers() == 1
    (sent,) = mail.outbox
    assert sent.to == ["keeper@example.org"]
    assert number.number in sent.body and f"{PUBLIC}/numbers/" in sent.body
    assert check_numbers() == 1
    assert len(mail.outbox) == 1, "told once of the same"
    first = Pointing.objects.get().wrong_since
    pointing.fix(number, by=None, at=first)
    assert check_numbers() == 0
    carrier.call("POST", "/numbers", {"number": number.number, "voice_url": ELSEWHERE})
    assert check_numbers() == 1
    assert len(mail.outbox) == 2


def test_a_number_that_left_the_account_is_red_and_a_forwarded_one_is_not(carrier, administrator, hotline):
    lines.add_number(hotline, number="+4721000032", by=None)
    lines.add_number(hotline, number="116111", by=None)
    lines.add_number(hotline, number="+4722000001", kind="forwarded", by=None)
    administrator.post("/numbers/check/")
    found = dict(Pointing.objects.values_list("number__number", "state"))
    assert found == {"+4721000032": "unknown", "116111": "forwarded", "+4722000001": "forwarded"}
    assert "not in the account" in page(administrator)


def test_a_carrier_that_does_not_say_changes_nothing_and_is_explained(carrier, administrator, hotline):
    own(carrier, hotline)
    administrator.post("/numbers/check/")
    before = list(Pointing.objects.values())
    carrier.fault("status", on="rest", status=503, times=0)
    shown = administrator.post("/numbers/check/", follow=True).content.decode()
    assert "fault of its own" in shown and "Traceback" not in shown
    assert list(Pointing.objects.values()) == before
    assert check_numbers() == 0
    carrier.clear_faults()


def test_the_doctor_asks_the_carrier_and_alarms_nobody(carrier, administrator, hotline):
    assert checkup.numbers.look().verdict == "warn"
    own(carrier, hotline)
    assert checkup.numbers.look().verdict == "pass"
    assert checkup.account.look().verdict == "pass"
    own(carrier, hotline, "+4721000033", voice_url=ELSEWHERE)
    finding = checkup.numbers.look()
    assert finding.verdict == "fail" and "+4721000033" in finding.seen
    assert mail.outbox == [] and not Pointing.objects.exists()
    assert checkup.clock.look().verdict == "pass"


def test_a_wrong_token_is_said_as_such(carrier, settings, administrator):
    settings.TWILIO_AUTH_TOKEN = "w" * 32
    client.cache_clear()
    for _ in range(2):  # the second time the circuit answers, with the same reason
        finding = checkup.account.look()
        assert finding.verdict == "fail" and "TWILIO_AUTH_TOKEN" in finding.remedy
    assert len([row for row in carrier.rest() if row["status"] == 401]) <= 1, "no loop of refused requests"


# --- attaching and buying (P1) --------------------------------------------------------------------
def test_a_number_of_the_account_that_leads_nowhere_is_attached(carrier, administrator, hotline):
    carrier.call("POST", "/numbers", {"number": "+4721000040", "voice_url": ELSEWHERE})
    shown = administrator.post("/numbers/others/").content.decode()
    assert "+4721000040" in shown and "demo.twilio.com" in shown
    taken = {"number": "+4721000040", "hotline": hotline.pk, "kind": "local", "lines": 4}
    shown = administrator.post("/numbers/attach/", taken, follow=True).content.decode()
    assert "leads to Web shop now" in shown
    number = Number.objects.get(number="+4721000040")
    assert (number.hotline, number.lines, number.pointing.state) == (hotline, 4, "here")
    assert number.carrier_ref == at_carrier("+4721000040").ref
    assert "+4721000040" not in administrator.post("/numbers/others/").content.decode()


def test_a_number_that_the_account_does_not_own_cannot_be_attached(carrier, administrator, hotline):
    taken = {"number": "+4721999999", "hotline": hotline.pk, "kind": "local", "lines": 4}
    assert "not in the account" in administrator.post("/numbers/attach/", taken, follow=True).content.decode()
    assert not Number.objects.exists()


def test_a_number_is_searched_and_bought_after_the_price_was_shown(carrier, administrator, hotline):
    found = administrator.post("/numbers/search/", {"country": "NO", "kind": "toll_free", "digits": "55"})
    shown = found.content.decode()
    assert "2.15 USD" in shown
    numbers = re.findall(r'name="number" value="(\+47800\d+)"', shown)
    assert numbers and all("55" in number for number in numbers)
    asked = {"number": numbers[0], "country": "NO", "kind": "toll_free"}
    before = len(carrier_numbers.owned())
    shown = administrator.post("/numbers/buy/", asked).content.decode()
    assert "2.15 USD a month" in shown and len(carrier_numbers.owned()) == before, "nothing is bought by looking"
    bought = {**asked, "hotline": hotline.pk, "lines": 6, "confirmed": "1"}
    shown = administrator.post("/numbers/buy/", bought, follow=True).content.decode()
    assert "leads to Web shop now" in shown
    number = Number.objects.get(number=numbers[0])
    assert (number.kind, number.lines, number.pointing.state) == ("toll_free", 6, "here")
    assert at_carrier(numbers[0]).differs() == {}
    assert AuditEntry.objects.filter(verb="number.bought").exists()
    again = administrator.post("/numbers/buy/", bought, follow=True).content.decode()
    assert "ours already" in again and len(carrier_numbers.owned()) == before + 1


def test_a_purchase_whose_answer_was_lost_is_looked_up_and_not_repeated(carrier, administrator, hotline):
    carrier.fault("drop", on="rest", method="POST", path="IncomingPhoneNumbers.json", processed=True)
    bought = {"number": "+4720000077", "country": "NO", "kind": "local", "hotline": hotline.pk, "lines": 1}
    administrator.post("/numbers/buy/", {**bought, "confirmed": "1"})
    assert Number.objects.get(number="+4720000077").pointing.state == "here"
    creates = [row for row in carrier.rest() if row["method"] == "POST"]
    assert len(creates) == 1


def test_a_number_taken_by_somebody_else_is_refused_in_words(carrier, administrator, hotline):
    carrier.call("POST", "/numbers", {"number": "+4720000078"})
    carrier.fault("status", on="rest", method="GET", path="IncomingPhoneNumbers.json", status=500, times=0)
    bought = {"number": "+4720000078", "country": "NO", "kind": "local", "hotline": hotline.pk, "lines": 1}
    shown = administrator.post("/numbers/buy/", {**bought, "confirmed": "1"}, follow=True).content.decode()
    assert "taken this number" in shown
    assert not Number.objects.exists()
    carrier.clear_faults()


@pytest.mark.parametrize("wrong", [{"country": "XX"}, {"kind": "golden"}, {"digits": "call us"}, {"country": ""}])
def test_only_countries_of_iso_kinds_and_digits_are_searched(carrier, administrator, wrong):
    asked = {"country": "NO", "kind": "local", "digits": "", **wrong}
    assert "failed" in administrator.post("/numbers/search/", asked).content.decode()
    assert carrier.rest() == []


def test_a_country_without_such_numbers_is_said_in_words(carrier, administrator):
    shown = administrator.post("/numbers/search/", {"country": "JP", "kind": "local", "digits": ""}).content.decode()
    assert "sells no such numbers" in shown and "Traceback" not in shown


# --- who may, and what it costs -------------------------------------------------------------------
def test_a_supervisor_reads_the_numbers_of_their_hotlines_and_changes_none(carrier, client, hotline):
    number = own(carrier, hotline, voice_url=ELSEWHERE)
    lines.add_number(make_hotline("Ministry"), number="+4721000050", by=None)
    pointing.check(number.hotline.created_at)
    client.force_login(make_user("supervisor", hotline))
    shown = page(client)
    assert number.number in shown and "points elsewhere" in shown
    assert "+4721000050" not in shown
    assert "<form" not in re.search(r"<main.*</main>", shown, re.S)[0]
    for path in ("check/", f"{number.pk}/fix/", f"{number.pk}/hotline/", "others/", "attach/", "search/", "buy/"):
        assert client.post(f"/numbers/{path}").status_code == 403


def test_a_number_is_moved_to_another_hotline(carrier, administrator, hotline):
    number, other = own(carrier, hotline), make_hotline("Ministry")
    shown = administrator.post(f"/numbers/{number.pk}/hotline/", {"hotline": other.pk}, follow=True).content.decode()
    assert "leads to Ministry now" in shown
    number.refresh_from_db()
    assert number.hotline == other


def test_the_page_costs_the_same_with_one_number_and_with_thirty(
    carrier, administrator, hotline, django_assert_max_num_queries
):
    own(carrier, hotline)
    pointing.check(hotline.created_at)
    with django_assert_max_num_queries(20) as few:
        page(administrator)
    for n in range(30):
        lines.add_number(hotline, number=f"+47210001{n:02}", by=None)
    pointing.check(hotline.created_at)
    with django_assert_max_num_queries(len(few)):
        page(administrator)


# --- the simulator's side -------------------------------------------------------------------------
def test_available_numbers_have_the_shape_of_the_documentation(rest):
    for kind in ("Local", "Mobile", "TollFree"):
        path = f"AvailablePhoneNumbers/NO/{kind}.json"
        answer = rest("GET", path, Contains="2*5", VoiceEnabled="true").json()
        documented = example(f"AvailablePhoneNumbers/{{CountryCode}}/{kind}.json", "get", "200")
        assert set(documented) == set(answer)
        (row, *_more) = answer["available_phone_numbers"]
        assert set(documented["available_phone_numbers"][0]) <= set(row)
        assert re.search(r"2\d5$", row["phone_number"])
    one = rest("GET", "AvailablePhoneNumbers/NO.json").json()
    assert set(example("AvailablePhoneNumbers/{CountryCode}.json", "get", "200")) <= set(one)
    assert rest("GET", "AvailablePhoneNumbers/ZZ/Local.json").json()["code"] == 20404


def test_an_open_number_asked_for_by_name_is_made_up_as_a_call_would(rest, control):
    control.settings(open_numbers=True, webhook_base="http://app.test")
    number = "+4721000060"
    assert rest("GET", "IncomingPhoneNumbers.json", PhoneNumber=number).json()["incoming_phone_numbers"]
    control.settings(open_numbers=False)
    other = rest("GET", "IncomingPhoneNumbers.json", PhoneNumber="+4721000061").json()
    assert other["incoming_phone_numbers"] == []
    assert {NUMBER, number} <= set(control.state()["numbers"])
    assert ACCOUNT_SID in rest("GET", "IncomingPhoneNumbers.json").json()["uri"]
