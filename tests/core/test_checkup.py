"""Checks run beside each other: one that hangs or breaks is reported, and holds nobody."""

import threading
import time

import pytest
from django.utils import timezone

from hotline.core import checkup
from hotline.core.checkup import Check, Verdict, bad, good
from hotline.core.models import CheckResult


@pytest.fixture
def hanging():
    """A check that returns when the test is over."""
    over = threading.Event()

    def look():
        over.wait(30)
        return good("At last.")

    yield Check("hanging", "Hanging", look, seconds=0.5)
    over.set()


def quick(name="quick", finding=None):
    return Check(name, name.title(), lambda: finding or good("Well."), seconds=20)


def broken():
    def look():
        raise RuntimeError("boom")

    return Check("broken", "Broken", look, seconds=20)


def test_a_check_that_hangs_is_said_to_and_the_others_are_told_before_it(hanging):
    began = time.monotonic()
    told = [(check.name, finding) for check, finding, _took in checkup.run([hanging, quick(), quick("other")])]
    assert time.monotonic() - began < 10
    assert {name for name, _ in told} == {"hanging", "quick", "other"}
    late = dict(told)["hanging"]
    assert late.verdict == Verdict.FAIL
    assert "No answer within" in late.seen and late.remedy
    assert dict(told)["quick"].verdict == Verdict.PASS


def test_a_check_that_fails_itself_says_so_and_the_others_go_on():
    told = {check.name: finding for check, finding, _took in checkup.run([broken(), quick()])}
    assert told["broken"].verdict == Verdict.FAIL
    assert "RuntimeError" in told["broken"].seen
    assert told["quick"].verdict == Verdict.PASS


def test_all_begin_at_once():
    both = threading.Barrier(2, timeout=20)

    def look():
        both.wait()  # passed by neither alone
        return good("Met.")

    told = list(checkup.run([Check("one", "One", look, 20), Check("two", "Two", look, 20)]))
    assert [finding.seen for _check, finding, _took in told] == ["Met.", "Met."]


@pytest.mark.django_db
def test_the_last_run_is_kept_and_replaced():
    at = timezone.now()
    kept = checkup.run_and_keep([quick(), quick("other", bad("Gone.", "Fetch it."))], at=at)
    assert [(each.name, each.verdict) for each in kept] == [("quick", "pass"), ("other", "fail")]
    checkup.run_and_keep([quick("other")], at=at)
    assert dict(CheckResult.objects.values_list("name", "verdict")) == {"quick": "pass", "other": "pass"}
    assert CheckResult.objects.get(name="other").remedy == ""
