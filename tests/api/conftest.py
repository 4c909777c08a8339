"""Two hotlines that share nobody: what one's people see, the other's must not."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from calls.models import Call, CallEvent, Topic
from lines.models import Hotline, Number
from operators.models import Operator, User
from tests.people import make_hotline, make_operator, make_user

CALLER = "+4791234567"


@dataclass
class House:
    """A hotline with everything that hangs on it."""

    hotline: Hotline
    number: Number
    operator: Operator
    supervisor: User
    topic: Topic
    call: Call


def make_call(house_hotline: Hotline, number: Number, operator: Operator | None, **fields) -> Call:
    at = timezone.now() - timedelta(minutes=10)
    facts = {
        "carrier_ref": f"CA{Call.objects.count():032x}",
        "caller_number": CALLER,
        "caller_kind": Call.CallerKind.NUMBER,
        "dialled": number.number,
        "state": Call.State.ENDED,
        "outcome": Call.Outcome.ANSWERED,
        "arrived_at": at,
        "queued_at": at,
        "answered_at": at + timedelta(seconds=12),
        "ended_at": at + timedelta(seconds=100),
    }
    call = Call.objects.create(hotline=house_hotline, number=number, operator=operator, **(facts | fields))
    CallEvent.objects.create(call=call, at=at, kind=CallEvent.Kind.ARRIVED, key="arrived")
    return call


def make_house(name: str, number: str) -> House:
    hotline = make_hotline(name)
    line = Number.objects.create(hotline=hotline, number=number)
    operator = make_operator(hotline)
    topic = Topic.objects.create(hotline=hotline, name="Delivery")
    return House(hotline, line, operator, make_user("supervisor", hotline), topic, make_call(hotline, line, operator))


@pytest.fixture
def ours() -> House:
    return make_house("Bookshop", "+4721000001")


@pytest.fixture
def theirs() -> House:
    return make_house("Ministry", "+4721000002")


def signed(user: User | None, **headers) -> APIClient:
    """A client that carries the user's token."""
    client = APIClient(**headers)
    if user:
        token, _made = Token.objects.get_or_create(user=user)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token.key}")
    return client
