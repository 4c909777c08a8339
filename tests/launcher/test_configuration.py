"""What the children are told, from what the person set and what was made for them once."""

import json
import stat

import pytest

from hotline.launcher import schema
from hotline.launcher.children import CannotStart
from hotline.launcher.configuration import read
from hotline.launcher.postgres import short_folder

STORES = {"database_url": "postgres:///ours", "redis_url": "redis:///ours"}


def told(tmp_path, *, demo: bool = True, **given: str) -> dict[str, str]:
    return read({"DATA_DIR": str(tmp_path), **given}, demo=demo).environment(**STORES)


def test_secrets_are_made_once_and_kept_from_others(tmp_path):
    first, second = told(tmp_path), told(tmp_path)
    names = ("SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    assert [first[name] for name in names] == [second[name] for name in names]
    assert len(first["SECRET_KEY"]) >= 50
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_what_the_person_set_wins(tmp_path):
    environment = told(
        tmp_path, SECRET_KEY="mine", TWILIO_AUTH_TOKEN="token", PUBLIC_URL="https://x.example/", PORT="81"
    )
    assert environment["SECRET_KEY"] == "mine"
    assert environment["TWILIO_AUTH_TOKEN"] == "token"
    assert environment["PUBLIC_URL"] == "https://x.example"
    assert environment["PORT"] == "81"


def test_the_simulated_carrier_is_where_the_client_and_the_pages_look_for_it(tmp_path):
    environment = told(tmp_path)
    assert environment["TWILIO_API_URL"] == environment["SIMULATOR_URL"]
    assert environment["SIMULATOR_URL"].startswith("http://127.0.0.1:")


def test_with_a_carrier_given_no_simulator_is_started(tmp_path):
    configuration = read({"DATA_DIR": str(tmp_path), "TWILIO_API_URL": "http://127.0.0.1:9"}, demo=True)
    assert configuration.simulator_port == 0
    environment = configuration.environment(**STORES)
    assert environment["TWILIO_API_URL"] == "http://127.0.0.1:9"
    assert "SIMULATOR_URL" not in environment
    assert environment["TWILIO_AUTH_TOKEN"]


def test_without_the_demo_no_credentials_are_invented(tmp_path):
    environment = told(tmp_path, demo=False)
    assert environment["HOTLINE_DEMO"] == "0"
    assert "TWILIO_AUTH_TOKEN" not in environment
    assert environment["SECRET_KEY"]


def test_stores_that_are_given_are_used(tmp_path):
    configuration = read(
        {"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgres://a", "REDIS_URL": "redis://b"}, demo=True
    )
    assert (configuration.database_url, configuration.redis_url) == ("postgres://a", "redis://b")


def test_damaged_secrets_are_not_overwritten(tmp_path):
    (tmp_path / "secrets.json").write_text('{"SECRET_KEY": "ol')
    with pytest.raises(CannotStart, match=r"secrets\.json is damaged"):
        told(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == '{"SECRET_KEY": "ol'


def test_a_long_folder_gets_a_short_socket_that_stays_the_same(tmp_path):
    deep = tmp_path / ("x" * 120)
    assert short_folder(deep) == short_folder(deep)
    assert len(str(short_folder(deep))) < 60
    assert short_folder(deep) != short_folder(tmp_path)


def test_a_database_that_was_rolled_back_is_migrated_again(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "_applied", lambda url: "as it was")
    assert not schema.up_to_date("postgres:///x", tmp_path)
    schema.remember("postgres:///x", tmp_path)
    assert json.loads((tmp_path / "schema.json").read_text())["applied"] == "as it was"
    assert schema.up_to_date("postgres:///x", tmp_path)
    monkeypatch.setattr(schema, "_applied", lambda url: "rolled back")
    assert not schema.up_to_date("postgres:///x", tmp_path)
    monkeypatch.setattr(schema, "_applied", lambda url: "as it was")
    monkeypatch.setattr(schema, "_files", lambda: "a new migration")
    assert not schema.up_to_date("postgres:///x", tmp_path)
