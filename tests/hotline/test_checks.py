"""Mistakes in the settings are said before a caller finds them."""

import pytest
from django.core.checks import run_checks


def found(*, deploy: bool = True) -> set[str]:
    return {message.id for message in run_checks(include_deployment_checks=deploy) if message.id.startswith("hotline.")}


@pytest.fixture
def right(settings):
    settings.PUBLIC_URL, settings.HTTPS = "https://hotline.example.org", True
    return settings


def test_right_settings_are_not_complained_of(right):
    assert found() == set()


@pytest.mark.parametrize("name", ["TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID"])
def test_a_missing_credential_of_the_carrier_is_an_error(right, name):
    setattr(right, name, "")
    assert found() == {"hotline.E001"}
    assert found(deploy=False) == set()


def test_a_path_in_the_public_address_is_an_error_everywhere(right):
    right.PUBLIC_URL = "https://example.org/hotline"
    assert found(deploy=False) == {"hotline.E002"}


def test_an_address_without_https_is_a_warning(right):
    right.HTTPS = False
    assert found() == {"hotline.W001"}
