"""The hotlines of an operator, as the statement that picks whom to ring reads them."""

import pytest
from django.db import connection

from lines.models import Hotline
from operators.models import Operator, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines() -> list[Hotline]:
    return [Hotline.objects.create(name=f"Line {n}", slug=f"line-{n}", organisation="House") for n in range(3)]


@pytest.fixture
def kari() -> Operator:
    return Operator.objects.create(user=User.objects.create(username="kari"), display_name="Kari", identity="op_kari")


def kept(operator: Operator) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT hotline_ids FROM operators_operator WHERE id = %s", [operator.pk])
        return cursor.fetchone()[0]


def test_whoever_serves_no_hotline_has_none(kari: Operator):
    assert kept(kari) == []


def test_every_way_of_changing_the_hotlines_is_followed(kari: Operator, lines: list[Hotline]):
    ids = [line.pk for line in lines]
    kari.hotlines.add(lines[1])
    assert kept(kari) == [ids[1]]
    kari.hotlines.set([lines[2], lines[0]])
    assert kept(kari) == [ids[0], ids[2]]
    kari.hotlines.remove(lines[0])
    assert kept(kari) == [ids[2]]
    Operator.hotlines.through.objects.filter(operator=kari).update(hotline=lines[1])
    assert kept(kari) == [ids[1]]
    kari.hotlines.clear()
    assert kept(kari) == []
    Operator.hotlines.through.objects.bulk_create(
        [Operator.hotlines.through(operator=kari, hotline=line) for line in lines]
    )
    assert kept(kari) == ids


def test_a_hotline_that_is_deleted_is_served_by_nobody(kari: Operator, lines: list[Hotline]):
    kari.hotlines.set(lines)
    lines[0].delete()
    assert kept(kari) == [lines[1].pk, lines[2].pk]


def test_saving_an_operator_read_earlier_writes_no_old_list_back(kari: Operator, lines: list[Hotline]):
    earlier = Operator.objects.get(pk=kari.pk)
    kari.hotlines.set(lines)
    earlier.display_name = "Kari N."
    earlier.save()
    assert kept(kari) == [line.pk for line in lines]
