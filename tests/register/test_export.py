"""The file of calls: what is filtered, masked, harmless in a spreadsheet, and remembered."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from calls.exports import safe
from calls.models import Note, Topic
from hotline.core.models import AuditEntry
from tests.analytics.calls import make_call
from tests.people import make_hotline, make_operator, make_user

URL = "/calls/export/"
pytestmark = pytest.mark.django_db


def export(client, query="", **more):
    return client.post(URL, {"query": query, "reason": "Monthly report"} | more)


def rows(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def call(hotline):
    made = make_call(
        hotline, timezone.now() - timedelta(hours=1), wait=8, talk=60, operator=make_operator(hotline),
        caller_number="+4799915678", caller_kind="number",
    )  # fmt: skip
    topic = Topic.objects.create(hotline=hotline, name="=cmd|' /C calc'!A0")
    Note.objects.create(
        call=made, topic=topic, outcome="answered", summary="+SUM(1)", caller_name="@Berit", saved_at=timezone.now()
    )
    return made


def test_the_filtered_calls_and_no_others(client, supervisor, hotline, call):
    make_call(hotline, timezone.now(), wait=9)
    make_call(make_hotline(), timezone.now(), wait=3, talk=3)
    answer = export(client, "show=answered")
    assert answer["Content-Type"].startswith("text/csv") and "attachment" in answer["Content-Disposition"]
    (row,) = rows(answer)
    assert row["Call"] == str(call.pk)
    assert (row["Wait, seconds"], row["Talk, seconds"], row["Outcome"]) == ("8", "60", "answered")
    assert row["Arrived"].endswith(("+01:00", "+02:00"))


def test_numbers_are_masked_and_notes_left_out_unless_asked_for(client, supervisor, call):
    text = b"".join(export(client).streaming_content).decode()
    assert "15678" not in text and "SUM" not in text
    (row,) = rows(export(client, numbers="on", notes="on"))
    assert row["Caller"] == "'+4799915678"
    assert row["Summary"] == "'+SUM(1)" and row["Name"] == "'@Berit"


def test_no_cell_is_a_formula(client, supervisor, call):
    for row in rows(export(client, notes="on")):
        assert not [cell for cell in row.values() if cell.startswith(tuple("=+-@\t\r"))]
        assert row["Topic"] == "'=cmd|' /C calc'!A0"


@given(st.text())
def test_whatever_a_cell_holds_it_is_text_and_whole(text):
    cell = safe(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(tuple("=+-@\t\r＝＋－＠"))


def test_who_took_what_and_why_is_remembered_without_the_words_searched_for(client, supervisor, call):
    export(client, "show=answered&q=Berit", numbers="on")
    entry = AuditEntry.objects.get()
    assert (entry.by, entry.verb, entry.subject) == (supervisor, "register.exported", "register")
    assert entry.detail == {
        "reason": "Monthly report", "filter": "show=answered", "hotlines": [], "whole_numbers": True, "notes": False
    }  # fmt: skip


@pytest.mark.parametrize("reason", ["", " ", "x"])
def test_without_a_reason_there_is_no_file(client, supervisor, call, reason):
    answer = export(client, "show=answered", reason=reason)
    assert answer["Location"] == "/calls/?show=answered"
    assert not AuditEntry.objects.exists()


def test_an_operator_takes_no_file(client, hotline, call):
    client.force_login(make_operator(hotline).user)
    assert export(client).status_code == 403
    assert "/calls/export/" not in client.get("/calls/").content.decode()
    assert not AuditEntry.objects.exists()


def test_a_file_that_ends_early_says_so(client, supervisor, hotline, monkeypatch):
    monkeypatch.setattr("calls.exports.MOST", 3)
    monkeypatch.setattr("calls.exports.BATCH", 2)
    newest = [make_call(hotline, timezone.now() - timedelta(minutes=n), wait=3).pk for n in range(5)]
    found = rows(export(client))
    assert [row["Call"] for row in found[:3]] == [str(pk) for pk in newest[:3]]
    assert "newest 3" in found[3]["Call"] and len(found) == 4


def test_batches_leave_no_call_out(client, supervisor, hotline, monkeypatch):
    monkeypatch.setattr("calls.exports.BATCH", 2)
    at = timezone.now()
    made = {str(make_call(hotline, at, wait=3).pk) for _ in range(7)}
    found = [row["Call"] for row in rows(export(client))]
    assert set(found) == made and len(found) == 7


def test_an_administrator_takes_calls_without_a_hotline_too(client):
    client.force_login(make_user("administrator"))
    make_call(None, timezone.now(), wait=3)
    assert len(rows(export(client))) == 1
