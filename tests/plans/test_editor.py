"""The editor of call plans: through its pages, as supervisors use it."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from calls.models import Topic
from calls.plans import editing, sounds
from calls.plans.models import CallPlan, PlanSound
from hotline.core.models import AuditEntry
from tests.plans.plans import key, languages, menu, notice, put_in_force
from tests.plans.test_sounds import wav
from tests.world import hotline, supervisor_of

pytestmark = pytest.mark.django_db
HX = {"HX-Request": "true"}


@pytest.fixture
def line():
    return hotline("Faults", languages=["en", "nb"], organisation="City Water")


@pytest.fixture
def supervisor(client, line):
    user = supervisor_of(line)
    client.force_login(user)
    return user


def page(line, rest: str = "") -> str:
    return f"/lines/{line.slug}/plan/{rest}"


def draft(line) -> dict:
    return CallPlan.objects.get(hotline=line, state="draft").content


def test_looking_writes_nothing_and_shows_what_happens_today(client, line, supervisor):
    text = client.get(page(line)).content.decode()
    assert "Welcome to City Water" in text and "Velkommen til City Water" in text
    assert not CallPlan.objects.exists()


def test_typing_is_saved_as_a_draft_at_once(client, line, supervisor):
    typed = {"text-en": "Good day.", "text-nb": "God dag."}
    answer = client.post(page(line, "change/s1/"), typed, headers=HX)
    assert "Draft saved at" in answer.content.decode() and answer["HX-Trigger"] == "plan-changed"
    assert draft(line)["steps"][0]["words"]["nb"]["text"] == "God dag."
    assert "God dag." in client.get(page(line)).content.decode()
    assert editing.published_of(line) is None


def test_steps_are_added_moved_and_removed(client, line, supervisor):
    for kind in ("menu", "language", "notice"):
        assert client.post(page(line, "add/"), {"kind": kind}, headers=HX).status_code == 200
    assert [step["kind"] for step in draft(line)["steps"]] == ["language", "notice", "notice", "menu"]
    last = draft(line)["steps"][2]["id"]
    client.post(page(line, f"change/{last}/"), {"do": "up"}, headers=HX)
    assert [step["id"] for step in draft(line)["steps"]][1] == last
    client.post(page(line, f"change/{last}/"), {"do": "remove"}, headers=HX)
    assert last not in [step["id"] for step in draft(line)["steps"]]


def test_keys_are_added_and_lead_where_they_are_told(client, line, supervisor):
    topic, other = Topic.objects.create(hotline=line, name="Bills"), hotline()
    client.post(page(line, "add/"), {"kind": "menu"}, headers=HX)
    made = draft(line)["steps"][-1]["id"]
    where = page(line, f"change/{made}/")
    typed = {
        "name": "Topics", "text-en": "Press 1.", "text-nb": "Trykk 1.", "rows": "1", "0-key": "1", "0-name": "Bills",
        "0-to": "queue", "0-topic": str(topic.pk), "0-skills": "billing, returns", "0-priority": "2",
        "default-to": f"hotline:{other.pk}",
    }  # fmt: skip
    client.post(where, typed | {"do": "add-key"}, headers=HX)
    step = draft(line)["steps"][-1]
    assert step["keys"][0] == {
        "key": "1", "name": "Bills", "to": "queue", "topic": topic.pk, "skills": ["billing", "returns"], "priority": 2,
    }  # fmt: skip
    assert step["keys"][1]["key"] == "2" and step["default"] == {"to": "hotline", "hotline": other.pk}
    client.post(where, typed | {"do": "remove-key:0", "rows": "1"}, headers=HX)
    assert draft(line)["steps"][-1]["keys"] == []


def test_where_a_key_leads_decides_what_is_asked_next(client, line, supervisor):
    put_in_force(line, menu("m", key("1")))
    typed = {"name": "m", "rows": "1", "0-key": "1", "0-to": "answer", "default-to": "queue"}
    answer = client.post(page(line, "change/m/"), typed, headers=HX)
    assert answer["HX-Retarget"] == "global #plan-steps" and 'name="0-text-nb"' in answer.content.decode()
    answer = client.post(page(line, "change/m/"), typed | {"0-text-nb": "Hei"}, headers=HX)
    assert answer["HX-Retarget"] == "global #plan-said", "typing is not disturbed"


def test_an_outside_telephone_is_named_with_what_follows_if_it_is_not_answered(client, line, supervisor):
    answer = client.post(page(line, "change/end-late/"), {"to": "telephone", "after": "60"}, headers=HX)
    text = answer.content.decode()
    assert answer["HX-Retarget"] == "global #plan-steps" and 'name="number"' in text and "at the old place" in text
    typed = {
        "to": "telephone", "after": "60", "number": "+47 40 00 00 71", "telephone-name": "Agency", "rings": "30",
        "then": "queue", "text-en": "One moment.", "text-nb": "",
    }  # fmt: skip
    answer = client.post(page(line, "change/end-late/"), typed, headers=HX)
    assert answer["HX-Retarget"] == "global #plan-said", "typing is not disturbed"
    end = draft(line)["ends"]["late"]
    assert (end["number"], end["name"], end["rings"], end["asks"], end["then"], end["after"]) == (
        "+47 40 00 00 71", "Agency", 30, False, "queue", 60,
    )  # fmt: skip
    answer = client.post(page(line, "change/end-late/"), typed | {"number": "+47 829 00 000"}, headers=HX)
    assert "no ordinary telephone" in answer.content.decode(), "said at once, and refused when published"
    client.post(page(line, "change/end-late/"), typed, headers=HX)
    tried = client.get(page(line, "try/"), {"when": "late"}).content.decode()
    assert "It rings at Agency, for 30 seconds." in tried and "Back to the queue, at the old place." in tried
    text = client.post(page(line, "publish/")).content.decode()
    assert "Nobody came in time: the words in norsk" in text
    client.post(page(line, "change/end-late/"), typed | {"text-nb": "Et øyeblikk."}, headers=HX)
    client.post(page(line, "publish/"))
    assert editing.published_of(line).content["ends"]["late"]["number"] == "+4740000071"


def test_the_telephone_of_another_rule_keeps_no_way_back_to_the_queue(client, line, supervisor):
    client.post(page(line, "change/end-closed/"), {"to": "telephone"}, headers=HX)
    text = client.get(page(line)).content.decode()
    assert 'id="end-closed-then"' in text and "at the old place" not in text


@pytest.mark.parametrize("template", ["one", "night", "overflow"])
def test_a_beginning_sets_where_callers_are_sent_on_and_asks_for_the_number(client, line, supervisor, template):
    before = editing.content_of(line)["steps"]
    answer = client.post(page(line, "begin/"), {"with": template}, headers=HX)
    assert answer["HX-Retarget"] == "global #plan-steps" and "autofocus" in answer.content.decode()
    assert answer["HX-Reswap"] == "outerHTML", "what was chosen before gives way"
    assert draft(line)["steps"] == before
    text = client.post(page(line, "publish/")).content.decode()
    assert "The number of the telephone is missing." in text
    for rule, end in draft(line)["ends"].items():
        if end["to"] == "telephone":
            fields = {"to": "telephone", "number": "+4740000071", "rings": "25", "asks": "on", "then": end["then"]}
            client.post(page(line, f"change/end-{rule}/"), fields | {"after": str(end.get("after", ""))}, headers=HX)
    assert client.post(page(line, "publish/")).status_code == 302 and editing.published_of(line)
    assert "There is no such beginning" in client.post(page(line, "begin/"), {"with": "x"}, headers=HX).content.decode()


def test_publishing_says_all_faults_as_links_and_keeps_the_note(client, line, supervisor):
    client.post(page(line, "add/"), {"kind": "notice"}, headers=HX)
    answer = client.post(page(line, "publish/"), {"note": "New words"})
    text = answer.content.decode()
    assert answer.status_code == 422
    links = re.findall(r'<a href="#(step-s2)">(Notice 2: the words in [^<]+ are missing\.)</a>', text)
    assert len(links) == 2 and 'id="step-s2"' in text and 'value="New words"' in text
    assert not CallPlan.objects.filter(state="published").exists()


def test_publishing_is_audited_and_takes_hold_and_the_history_tells_it(client, line, supervisor):
    put_in_force(line, notice("n", en="Old.", nb="Gammel."))
    client.post(page(line, "change/n/"), {"text-en": "New.", "text-nb": "Gammel."}, headers=HX)
    before = type(line).objects.get(pk=line.pk).version
    assert client.post(page(line, "publish/"), {"note": "Kinder words"}).status_code == 302
    assert type(line).objects.get(pk=line.pk).version > before
    assert AuditEntry.objects.filter(verb="plan.published", by=supervisor).exists()
    text = client.get(page(line, "history/")).content.decode()
    assert "Kinder words" in text and "Notice 1, English: changed" in text and str(supervisor) in text


def test_an_old_version_comes_back_as_a_draft(client, line, supervisor):
    put_in_force(line, notice("n", en="Old.", nb="Gammel."))
    put_in_force(line, notice("n", en="New.", nb="Ny."))
    assert client.post(page(line, "history/1/")).status_code == 302
    assert draft(line)["steps"][0]["words"]["en"]["text"] == "Old."
    assert editing.published_of(line).version == 2
    client.post(page(line, "discard/"))
    assert editing.draft_of(line) is None
    client.post(page(line, "withdraw/"))
    assert editing.published_of(line) is None


def heard(client, line, **asked) -> str:
    text = client.get(page(line, "try/") + "?" + urlencode(asked)).content.decode()
    return " | ".join(re.sub(r"<[^>]+>", "", each) for each in re.findall(r"<p data-kind.*?</p>", text, re.S))


def test_the_telephone_beside_it_walks_the_draft(client, line, supervisor):
    put_in_force(line, languages(), menu("m", key("1", skills=["billing"])))
    assert heard(client, line) == "For English, press 1. | For norsk, trykk 2."
    assert "Dette er meny m." in heard(client, line, key="2")
    last = heard(client, line, keys="2", key="1")
    assert "speaks norsk (bokmål), knows billing" in last and "Du er nummer 2 i køen." in last
    assert "For English" in heard(client, line, keys="2,1", key="again")
    assert heard(client, line, key="-").count("For English") == 2
    assert "City Water is closed now" in heard(client, line, when="closed")
    assert "busy tone" in heard(client, line, when="full")
    assert "the tone, and a message" in heard(client, line, keys="1,1", when="nobody").lower()


def test_a_recording_is_uploaded_heard_and_taken_away(client, line, supervisor):
    file = SimpleUploadedFile("../../x.html", wav(1), content_type="text/html")
    typed = {"text-en": "Hello", "text-nb": "Hei", "file-nb": file}
    answer = client.post(page(line, "change/s1/"), typed, headers=HX)
    kept = PlanSound.objects.get()
    assert draft(line)["steps"][0]["words"]["nb"] == {"text": "Hei", "sound": kept.token}
    assert f'src="/audio/{kept.token}/"' in answer.content.decode()
    typed = {"text-en": "Hello", "text-nb": "Hei", "sound-nb": kept.token, "do": "drop:sound-nb"}
    client.post(page(line, "change/s1/"), typed, headers=HX)
    assert draft(line)["steps"][0]["words"]["nb"]["sound"] == ""


def test_recordings_that_no_version_names_are_removed_when_they_are_old(client, line, supervisor):
    used, unused, fresh = [sounds.keep(line, wav(1), by=None) for _ in range(3)]
    old = timezone.now() - timedelta(days=2)
    PlanSound.objects.filter(pk__in=[used.pk, unused.pk]).update(made_at=old)
    said = {"en": {"text": "", "sound": used.token}, "nb": {"text": "Hei", "sound": ""}}
    put_in_force(line, menu("m", key("1", "answer", words=said)))
    put_in_force(line, notice("n", en="New.", nb="Ny."))
    assert set(PlanSound.objects.values_list("pk", flat=True)) == {used.pk, fresh.pk}, "an old version may come back"


def test_what_is_no_sound_is_refused_with_a_sentence(client, line, supervisor):
    file = SimpleUploadedFile("words.mp3", b"<script>alert(1)</script>", content_type="audio/mpeg")
    answer = client.post(page(line, "change/s1/"), {"file-nb": file}, headers=HX)
    assert "The carrier plays WAV and MP3." in answer.content.decode()
    assert not PlanSound.objects.exists()


def test_the_page_works_without_htmx(client, line, supervisor):
    answer = client.post(page(line, "change/s1/"), {"text-en": "Hello", "text-nb": "Hei"})
    assert answer["Location"] == f"/lines/{line.slug}/plan/#s1"
    assert draft(line)["steps"][0]["words"]["en"]["text"] == "Hello"


def test_a_step_that_is_gone_and_one_too_many_are_refused(client, line, supervisor):
    assert "removed this step meanwhile" in client.post(page(line, "change/s9/"), {}, headers=HX).content.decode()
    assert "no such step" in client.post(page(line, "add/"), {"kind": "magic"}, headers=HX).content.decode()


def test_the_page_asks_the_database_as_often_for_a_long_plan(client, line, supervisor, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    put_in_force(line, notice("n", en="Hi.", nb="Hei."))
    client.get(page(line))
    with CaptureQueriesContext(connection) as short:
        client.get(page(line))
    many = [key(digit, "menu", menu=f"m{digit}") for digit in "123456789"]
    put_in_force(line, languages(), menu("m", *many), *[menu(f"m{digit}") for digit in "123456789"])
    with CaptureQueriesContext(connection) as long:
        client.get(page(line))
    assert len(long) == len(short)
