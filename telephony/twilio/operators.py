"""Webhooks of an operator's leg: the claim, press 1, the end."""

import uuid

from django.http import HttpRequest

from calls import consent, services
from calls.facts import moment
from calls.models import Offer
from calls.steps import Say
from calls.words import word
from operators.models import Device
from telephony.twilio import addresses, trouble, twiml
from telephony.twilio.legs import OVER
from telephony.twilio.webhook import Post, webhook


def _offer(offer_id: uuid.UUID) -> Offer | None:
    return Offer.objects.select_related("call__hotline", "operator").filter(pk=offer_id).first()


def _language(offer: Offer) -> str:
    return offer.operator.languages[0] if offer.operator.languages else offer.call.language


def _ring_word(offer: Offer) -> str:
    if offer.call.is_called_out and offer.call.is_unreached:
        return "ring_out"
    return "ring_callback" if offer.call.is_unreached else "ring"


def _claim(offer: Offer, post: Post) -> str:
    """Exactly one leg gets the caller; the others hear why not."""
    taken = services.accept_offer(offer.pk, leg_ref=post.call_sid, at=post.at)
    if taken.won:
        recorded = consent.allowed(offer.call)
        return twiml.operator_conference(offer.pk, offer.call_id, taken.conference, recorded=recorded)
    return twiml.spoken(word("gone" if taken.why == "gone" else "taken", _language(offer)))


def _press_one(offer: Offer) -> Say:
    hotline = offer.call.hotline.name if offer.call.hotline else ""
    if offer.purpose == Offer.Purpose.CONSULT:
        asks = offer.call.operator.display_name if offer.call.operator else ""
        return word("ask", _language(offer), operator=asks, hotline=hotline)
    return word(_ring_word(offer), _language(offer), hotline=hotline)


@webhook(trouble.moment)
def answered(request: HttpRequest, post: Post, offer_id: uuid.UUID) -> str:
    """An operator's leg was answered. In the browser that is the consent; a telephone must press 1."""
    offer = _offer(offer_id)
    if offer is None:
        return twiml.HANG_UP
    services.know_leg(offer.pk, leg_ref=post.call_sid, at=post.at, rang=True)
    if offer.device == Device.PHONE:
        return twiml.press_one(addresses.operator_key_of(offer.pk), _press_one(offer))
    return _claim(offer, post)


@webhook(trouble.moment)
def key(request: HttpRequest, post: Post, offer_id: uuid.UUID) -> str:
    """The key an operator pressed, or silence: only 1 takes the call."""
    offer = _offer(offer_id)
    if offer is None or post.get("Digits") != "1":
        return twiml.HANG_UP
    return _claim(offer, post)


@webhook(trouble.moment)
def done(request: HttpRequest, post: Post, offer_id: uuid.UUID) -> str:
    """The operator's part of the conference is over: their leg still lives if the caller ended it, else they did."""
    services.leg_ended(offer_id, at=post.at, status="completed", left_first=post.left_first)
    return twiml.HANG_UP


@webhook()
def status(request: HttpRequest, post: Post, offer_id: uuid.UUID) -> str:
    """The carrier's status of an operator's leg."""
    state = post.get("CallStatus")
    at = moment(post.stamped, post.at)
    services.know_leg(offer_id, leg_ref=post.call_sid, at=at, rang=state == "ringing")
    if state in OVER:
        services.leg_ended(offer_id, at=at, status=state)
    return ""
