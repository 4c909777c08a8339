"""Tokens for the operators' browser telephones."""

import time
from typing import Any

import jwt
from django.conf import settings

_LIFE_SECONDS = 3600


def browser_token(identity: str) -> str:
    """A signed token that lets a browser ring and be rung as `identity` for an hour.

    The carrier's own shape (HS256, `cty` twilio-fpa;v=1). Beside our simulator it is signed with the account's auth
    token; the carrier needs an API key, which is then required.
    """
    now = int(time.time())
    key, secret = settings.TWILIO_API_KEY, settings.TWILIO_API_SECRET
    if settings.SIMULATOR_URL:
        key, secret = settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN
    grants: dict[str, Any] = {"identity": identity, "voice": {"incoming": {"allow": True}}}
    if settings.TWILIO_TWIML_APP_SID:
        grants["voice"] |= {"outgoing": {"application_sid": settings.TWILIO_TWIML_APP_SID}}
    claims = {
        "jti": f"{key}-{now}",
        "iss": key,
        "sub": settings.TWILIO_ACCOUNT_SID,
        "iat": now,
        "exp": now + _LIFE_SECONDS,
        "grants": grants,
    }
    return jwt.encode(claims, secret, algorithm="HS256", headers={"cty": "twilio-fpa;v=1"})
