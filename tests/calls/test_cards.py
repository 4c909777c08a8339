"""Card numbers: found however they are typed, never kept, and not seen where there are none. All numbers are made up."""

import random

import pytest
from django.utils import timezone

from calls.cards import holds_card
from calls.models import Call, Note
from calls.notes import save_draft, save_note
from calls.services import Refused
from tests.world import hotline, sid

CARDS = [
    "4111 1111 1111 1111",
    "4111111111111111",
    "5500-0000-0000-0004",
    "3400 000000 00009",
    "2221 0000 0000 0009",
    "6011.0000.0000.0004",
    "he read out 4111 1111 1111 1111, expires 12/28",
    "ref 12 4111 1111 1111 1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "CVV 123",
    "the cvc is 4567",
]
HARMLESS = [
    "",
    "4111 1111 1111 1112",  # a wrong check digit
    "+4791234567",
    "+4111111111111111",  # a plus: somebody's telephone
    "call 22 33 44 55 or 22 33 44 66",
    "47912345 47922345",
    "order 20261127-0001",
    "invoice 0000 0000 0000 0000",
    "123 456 789",
    "3f0c2e5e-4f0e-4d2d-9a5f-4111111111aa",
]


def luhn(payload: str) -> str:
    total = sum(sum(divmod(int(d) * (2 - n % 2), 10)) for n, d in enumerate(reversed(payload)))
    return payload + str(-total % 10)


@pytest.mark.parametrize("text", CARDS)
def test_a_card_is_seen_however_it_is_typed(text):
    assert holds_card(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_other_numbers_are_left_alone(text):
    assert not holds_card(text)


def test_every_invented_card_is_seen_and_none_with_another_check_digit():
    chance = random.Random(5)
    for _ in range(300):
        card = luhn("4" + "".join(chance.choices("0123456789", k=14)))
        assert holds_card(f"number {card} please")
        assert not holds_card(card[:-1] + str((int(card[-1]) + 1) % 10))


def test_a_very_long_row_of_numbers_is_read_in_no_time():
    holds_card("1 2 " * 2500)
    holds_card("4111 " * 2000)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("field", ["summary", "caller_name"])
def test_neither_a_draft_nor_a_note_keeps_one(field):
    at = timezone.now()
    call = Call.objects.create(carrier_ref=sid(), hotline=hotline(), arrived_at=at, caller_kind="withheld")
    given = {"topic_id": None, "outcome": "answered", "summary": "", "caller_name": "", field: CARDS[0]}
    with pytest.raises(Refused, match="never kept"):
        save_draft(call.pk, operator_id=None, at=at, **given)
    with pytest.raises(Refused, match="never kept"):
        save_note(call.pk, operator_id=None, by=None, at=at, **given)
    assert not Note.objects.exists()
