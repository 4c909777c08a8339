"""The comparison sees what differs, down to a second of one call."""

from datetime import timedelta

import pytest

from calls.models import Call
from hotline.simulation.comparison import compare
from tests.world import NOW, hotline, sid


def call(line, **facts) -> dict:
    """A call of both sides: answered after 10 s, 60 s of talk."""
    queued, joined, parted = NOW, NOW + timedelta(seconds=10), NOW + timedelta(seconds=70)
    made = Call.objects.create(
        carrier_ref=sid(), hotline=line, arrived_at=NOW, queued_at=queued, answered_at=joined, operator_left_at=parted,
        ended_at=parted, state="ended", outcome="answered", **facts,
    )  # fmt: skip
    row = {"sid": made.carrier_ref, "voicemail": False, "queued_at": queued, "joined_at": joined, "parted_at": parted}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in row.items()}


@pytest.mark.django_db
def test_the_same_day_agrees():
    found = compare([call(hotline())], target=20)
    assert found.differing == [] and found.register.talk_seconds == 60 and found.register.service_level == 1.0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sid": "CA-unknown"}, "one side only"),
        ({"joined_at": None, "parted_at": None}, "answered in the register, abandoned at the carrier"),
        ({"joined_at": (NOW + timedelta(seconds=10.5)).isoformat()}, "waited 10.000 s in the register, 10.500 s"),
        ({"parted_at": (NOW + timedelta(seconds=71)).isoformat()}, "talked 60.000 s in the register, 61.000 s"),
    ],
)
def test_what_differs_is_named(change, says):
    found = compare([call(hotline()) | change], target=20)
    assert not found.agree and any(says in line for line in found.differing)


@pytest.mark.django_db
def test_what_was_mended_from_the_carriers_whole_seconds_may_be_a_second_apart_and_no_more():
    row = call(hotline(), recovered=True)
    near, far = (NOW + timedelta(seconds=70 + apart) for apart in (0.9, 1.1))
    assert compare([row | {"parted_at": near.isoformat()}], target=20).differing == []
    assert compare([row | {"parted_at": far.isoformat()}], target=20).differing
