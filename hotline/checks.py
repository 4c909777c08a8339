"""Mistakes in the settings that would be found out by a caller, said by `manage.py check --deploy` instead."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def the_carrier_can_be_believed(**_: Any) -> list[CheckMessage]:
    """Without a token no webhook can be told from a forged one, so every one is refused."""
    if settings.TWILIO_ACCOUNT_SID and settings.TWILIO_AUTH_TOKEN:
        return []
    return [
        Error(
            "TWILIO_ACCOUNT_SID or TWILIO_AUTH_TOKEN is not set: every call of the carrier will be refused.",
            hint="Both stand on the first page of the carrier's console.",
            id="hotline.E001",
        )
    ]


@register(Tags.urls)
def the_public_address_is_a_whole_host(**_: Any) -> list[CheckMessage]:
    """Webhooks are signed over the full address: a path in front of ours would never match."""
    if urlsplit(settings.PUBLIC_URL).path in ("", "/"):
        return []
    return [
        Error("PUBLIC_URL must not have a path.", hint="Give the hotline a host name of its own.", id="hotline.E002")
    ]


@register(Tags.security, deploy=True)
def the_public_address_is_secure(**_: Any) -> list[CheckMessage]:
    """Browsers give the microphone to secure pages alone, and passwords would travel in clear."""
    if settings.HTTPS:
        return []
    return [
        Warning(
            "PUBLIC_URL is not https: browsers will not give operators a microphone.",
            hint="Put a proxy with a certificate in front; docker-compose.yml has one.",
            id="hotline.W001",
        )
    ]
