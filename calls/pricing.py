"""What a call costs: said to the caller before it counts, and worked out when it is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from calls.journal import note_event
from calls.models import Call, CallEvent
from calls.steps import Say
from calls.words import word
from lines import currencies
from lines.tariffs import Tariff, charge, own_cost, whole_seconds

_UNBILLED = frozenset({"blocked", "limit", "full"})  # turned away unanswered: the carrier charges nothing


def in_words(tariff: Tariff | None, language: str) -> Say | None:
    """What a caller hears about the price, in their language; None where nothing has to be said."""
    if tariff is None or not tariff.priced:
        return None
    return _in_words(tariff.kind, tariff.price, tariff.cap, tariff.currency, language)


@lru_cache(maxsize=512)
def _in_words(kind: str, price: Decimal, cap: Decimal | None, currency: str, language: str) -> Say:
    said = word(f"price_{kind}", language, amount=currencies.spoken(price, currency, language))
    if cap is None or kind != Tariff.Kind.PER_MINUTE:
        return said
    most = word("price_cap", language, amount=currencies.spoken(cap, currency, language))
    return Say(f"{said.text} {most.text}", said.language)


def price_said(call: Call) -> str | None:
    """What the caller heard about the price, None where nothing. No query where the number has no tariff."""
    words = None if call.tariff_id is None else in_words(call.tariff, call.language)
    return None if words is None else words.text


def note_price(call: Call, at: datetime) -> None:
    """Journal that the price was said: it stands before the queue. Costs nothing where the number has no tariff."""
    words = price_said(call)
    if words is not None:
        note_event(call, CallEvent.Kind.PRICE_SAID, at=at, key="price_said", words=words)


def counted(call: Call) -> timedelta | None:
    """The time of a call that its caller pays for; None if none of it counts.

    From the answer, or from the queue where waiting costs too, to the end of the conversation or of the call.
    """
    tariff = call.tariff
    if tariff is None or call.ended_at is None:
        return None
    answered = call.answered_at or call.outside_at
    begun = call.queued_at if tariff.queue_counts else answered
    begun = begun or answered
    if begun is None:
        return None
    left = call.operator_left_at if answered else None
    return max((left or call.ended_at) - begun, timedelta())


@dataclass(frozen=True)
class Cost:
    """What an ended call cost: its caller in smallest units, us as an exact decimal; None where no price is known."""

    minor: int
    currency: str
    own: Decimal | None
    own_currency: str

    @property
    def amount(self) -> Decimal:
        """What the caller pays, in the currency's main unit."""
        return currencies.main(self.minor, self.currency)

    @property
    def written(self) -> str:
        return currencies.written(self.minor, self.currency)

    @property
    def own_written(self) -> str:
        return "" if self.own is None else currencies.priced(self.own, self.own_currency)


def cost(call: Call) -> Cost | None:
    """What a call cost, once it is over; None before, and where its number had no tariff when it came."""
    tariff = call.tariff
    if tariff is None or call.ended_at is None or call.training:
        return None
    minor = charge(tariff, counted(call))
    return Cost(minor, tariff.currency, own_cost(tariff, _line_seconds(call)), tariff.own_currency)


def _line_seconds(call: Call) -> int:
    """How long the caller's leg lasted, as the carrier counts it; our own clock where it never said."""
    if call.refused in _UNBILLED or call.ended_at is None:
        return 0
    return call.carrier_seconds if call.carrier_seconds is not None else whole_seconds(call.ended_at - call.arrived_at)


@dataclass(frozen=True)
class Sum:
    """What several calls cost, one line for each currency, as a screen writes it."""

    calls: int
    callers: list[str]
    ours: list[str]


def together(calls: Iterable[Call]) -> Sum:
    """The sum of what each of the calls cost: of whole smallest units, so that it agrees to the last of them."""
    callers: dict[str, int] = {}
    ours: dict[str, Decimal] = {}
    number = 0
    for found in filter(None, map(cost, calls)):
        number += 1
        callers[found.currency] = callers.get(found.currency, 0) + found.minor
        if found.own is not None:
            ours[found.own_currency] = ours.get(found.own_currency, Decimal(0)) + found.own
    return Sum(
        number,
        [currencies.written(minor, currency) for currency, minor in sorted(callers.items())],
        [currencies.priced(amount, currency) for currency, amount in sorted(ours.items())],
    )
