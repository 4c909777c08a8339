"""Who gets in, and what is behind doors that are not theirs: every endpoint, every verb, every role."""

import uuid

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from rest_framework.test import APIClient

from calls.models import Note
from hotline.core.models import AuditEntry
from operators import services
from operators.models import Operator, User
from tests.access.urls import addresses
from tests.api.conftest import signed
from tests.people import make_user

pytestmark = pytest.mark.django_db
VERBS = ["get", "head", "options", "post", "put", "patch", "delete"]
LISTS = ["calls", "callbacks", "operators", "hotlines", "numbers"]


def paths(house) -> dict[str, str]:
    """Every address of one thing, for the things of one hotline."""
    call = f"/api/v1/calls/{house.call.pk}/"
    return {
        "call": call,
        "events": call + "events/",
        "note": call + "note/",
        "reveal": call + "reveal/",
        "hangup": call + "hangup/",
        "hold": call + "hold/",
        "resume": call + "resume/",
        "transfer": call + "transfer/",
        "complete": call + "transfer/complete/",
        "cancel": call + "transfer/cancel/",
        "join": call + "transfer/join/",
        "listen": call + "listen/",
        "stop": call + "listen/stop/",
        "take-over": call + "take-over/",
        "help": call + "help/",
        "pause": call + "recording/pause/",
        "go on": call + "recording/resume/",
        "operator": f"/api/v1/operators/{house.operator.pk}/",
        "hotline": f"/api/v1/hotlines/{house.hotline.pk}/",
        "number": f"/api/v1/numbers/{house.number.pk}/",
    }


def test_the_matrix_below_knows_every_endpoint(ours):
    known = {path.replace(str(ours.call.pk), "ID") for path in paths(ours).values()}
    known = {path.rstrip("0123456789/") + "/" if path[-2].isdigit() else path for path in known}
    found = {a.path.replace(str(uuid.UUID(int=1)), "ID") for a in addresses() if a.path.startswith("/api/v1/")}
    details = {path for path in found if path.removeprefix("/api/v1/").count("/") > 1}
    assert {p.removesuffix("x/").removesuffix("1/").removesuffix("ID/") for p in details} == {
        p.removesuffix("ID/") for p in known
    }
    assert found - details == {f"/api/v1/{name}/" for name in [*LISTS, "presence"]}


def people(house) -> dict[str, User]:
    nobody = make_user("operator", username=f"nobody{house.hotline.pk}")
    return {"operator": house.operator.user, "supervisor": house.supervisor, "nobody": nobody}


@pytest.mark.parametrize("who", ["operator", "supervisor", "nobody"])
@pytest.mark.parametrize("verb", VERBS)
def test_what_belongs_to_another_hotline_does_not_exist(ours, theirs, who, verb):
    client = signed(people(ours)[who])
    missing = str(uuid.uuid4())
    for name, path in paths(theirs).items():
        answer = getattr(client, verb)(path, {"outcome": "answered"} if verb == "post" else None, format="json")
        nothing = getattr(client, verb)(
            path.replace(str(theirs.call.pk), missing),
            {"outcome": "answered"} if verb == "post" else None,
            format="json",
        )
        assert answer.status_code in ((404, 405) if verb != "options" else (200, 404)), (name, verb)
        if "calls" in path:
            assert (answer.status_code, answer.content) == (nothing.status_code, nothing.content), (name, verb)
    assert not Note.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("name", LISTS)
def test_no_list_shows_and_no_search_finds_what_is_not_ones_own(ours, theirs, name):
    mine = signed(ours.supervisor).get(f"/api/v1/{name}/").content.decode()
    for word in (theirs.hotline.name, theirs.number.number, theirs.operator.user.username, str(theirs.call.pk)):
        assert word not in mine
    asked = [
        {"search": theirs.call.carrier_ref},
        {"search": str(theirs.call.pk)},
        {"search": theirs.number.number},
        {"hotline": str(theirs.hotline.pk)},
        {"operator": theirs.operator.user.username},
    ]
    for question in asked:
        assert signed(ours.supervisor).get("/api/v1/calls/", question).json()["count"] == 0


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_is_told_nothing(ours, verb):
    for path in [*paths(ours).values(), *(f"/api/v1/{name}/" for name in [*LISTS, "presence"])]:
        answer = getattr(signed(None), verb)(path)
        assert answer.status_code == 401, path
        assert answer["WWW-Authenticate"] == "Token"


def test_a_wrong_token_and_that_of_a_closed_account_open_nothing(ours):
    client = signed(ours.operator.user)
    assert client.get("/api/v1/presence/").status_code == 200
    User.objects.filter(pk=ours.operator.user.pk).update(is_active=False)
    assert client.get("/api/v1/presence/").status_code == 401
    User.objects.filter(pk=ours.operator.user.pk).update(is_active=True)
    services.withdraw_token(ours.operator.user, by=None)
    assert client.get("/api/v1/presence/").status_code == 401
    client.credentials(HTTP_AUTHORIZATION="Token 0123")
    assert client.get("/api/v1/calls/").status_code == 401


def test_a_session_of_the_browser_works_only_with_its_csrf_token(ours, client):
    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(ours.operator.user)
    assert strict.get("/api/v1/presence/").status_code == 200
    answer = strict.post("/api/v1/presence/", {"state": "ready"}, format="json")
    assert answer.status_code == 403
    assert Operator.objects.get(pk=ours.operator.pk).state == "offline"


@pytest.mark.parametrize(
    "path", ["calls/1/", "calls/x/", "calls/%00/", "operators/x/", "hotlines/99999999999999999999/"]
)
def test_an_address_of_nothing_is_404(ours, path):
    assert signed(ours.supervisor).get(f"/api/v1/{path}").status_code == 404


@pytest.mark.parametrize("body", ["{", "[]", '"x"', "null", '{"state": {"a": 1}}', '{"state": "ready\\u0000"}'])
def test_a_body_that_is_no_form_is_400(ours, body):
    answer = signed(ours.operator.user).post("/api/v1/presence/", body, content_type="application/json")
    assert answer.status_code == 400


def test_the_schema_is_valid_and_raises_no_doubt(tmp_path):
    out = tmp_path / "schema.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(out))
    assert "/api/v1/calls/{id}/note/" in out.read_text()


def test_schema_and_page_are_open_to_read_and_the_page_keeps_the_strict_policy(client):
    answer = client.get("/api/schema/")
    assert answer.status_code == 200
    assert b"/api/v1/presence/" in answer.content
    page = client.get("/api/docs/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "swagger-ui-bundle.js" in text
    assert "<style" not in text
    assert "<script>" not in text
    assert "script-src 'self'" in page["Content-Security-Policy"]
    for asset in ("drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js", "core/api-docs.js"):
        assert finders.find(asset), asset


def test_reading_through_the_api_changes_nothing(ours):
    def journal():
        with connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT count(*) FROM core_auditentry), (SELECT sum(version) FROM calls_note)")
            return cursor.fetchone()

    before = journal()
    for path in paths(ours).values():
        signed(ours.supervisor).get(path)
    assert journal() == before
