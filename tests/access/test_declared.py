"""Default deny: nothing can be opened that has not said who may open it."""

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from hotline.core import access
from tests.access.urls import addresses
from tests.people import make_user


def silent(request):
    return HttpResponse("open")


@access.needs(access.SUPERVISOR)
def office(request):
    return HttpResponse("open")


class SilentEndpoint(APIView):
    permission_classes = [access.Declared]

    def get(self, request):
        return Response("open")


class CarelessEndpoint(APIView):
    access = access.OPERATOR
    permission_classes = [AllowAny]

    def get(self, request):
        return Response("open")


class OfficeEndpoint(APIView):
    access = access.SUPERVISOR

    def get(self, request):
        return Response("open")


urlpatterns = [
    path("silent/", silent, name="silent"),
    path("borrowed/", silent, name="account_login"),
    path("office/", office),
    path("api/silent/", SilentEndpoint.as_view()),
    path("api/careless/", CarelessEndpoint.as_view()),
    path("api/office/", OfficeEndpoint.as_view()),
    path("login/", access.public(silent_login := lambda request: HttpResponse("sign in")), name="account_login"),
]


def test_every_address_declares_who_may_open_it():
    undeclared = [a.path for a in addresses() if access.declared(a.view, a.name.rsplit(":", 1)[-1]) is None]
    assert undeclared == [], "these addresses declare no permission; see hotline/core/access.py"


def test_every_rest_view_checks_what_it_declares():
    careless = [
        a.path
        for a in addresses()
        if (rest := getattr(a.view, "cls", None)) is not None
        and access.declared(a.view, None) != access.PUBLIC
        and access.Declared not in rest.permission_classes
    ]
    assert careless == []


def test_the_crawler_sees_the_whole_project():
    names = {a.name for a in addresses()}
    assert {"account_login", "mfa_activate_totp"} <= names


@override_settings(ROOT_URLCONF="tests.access.test_declared")
@pytest.mark.django_db
@pytest.mark.parametrize("where", ["/silent/", "/borrowed/", "/api/silent/", "/api/careless/"])
def test_a_view_that_declares_nothing_answers_403_even_to_an_administrator(client, where):
    client.force_login(make_user("administrator"))
    assert client.get(where).status_code == 403


@override_settings(ROOT_URLCONF="tests.access.test_declared")
@pytest.mark.django_db
@pytest.mark.parametrize(("role", "status"), [("operator", 403), ("supervisor", 200), ("administrator", 200)])
@pytest.mark.parametrize("where", ["/office/", "/api/office/"])
def test_roles_are_a_ladder_for_pages_and_for_the_api(client, role, status, where):
    client.force_login(make_user(role))
    assert client.get(where).status_code == status


@override_settings(ROOT_URLCONF="tests.access.test_declared")
@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in_and_a_fragment_says_so_to_htmx(client):
    answer = client.get("/office/?a=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/login/?next=/office/%3Fa%3D1"
    answer = client.get("/office/", headers={"HX-Request": "true", "HX-Current-URL": "/desk/"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login/?next=/desk/"
    assert client.get("/office/", headers={"Accept": "text/event-stream"}).status_code == 401
    assert client.get("/api/office/").status_code == 401


@override_settings(ROOT_URLCONF="tests.access.test_declared")
@pytest.mark.django_db
def test_a_deactivated_person_or_an_unknown_role_opens_nothing(client):
    user = make_user("administrator")
    client.force_login(user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/office/").status_code == 302
    other = make_user("superuser")
    client.force_login(other)
    assert client.get("/office/").status_code == 403
    assert client.get("/api/office/").status_code == 403


def test_a_misspelt_role_is_refused_when_the_view_is_written():
    with pytest.raises(ValueError, match="supervisr"):
        access.needs("supervisr")


def test_only_signed_webhooks_and_token_holders_post_without_a_csrf_token():
    exempt = [
        (a.path, access.declared(a.view, a.name.rsplit(":", 1)[-1]))
        for a in addresses()
        if getattr(a.view, "csrf_exempt", False) and not hasattr(a.view, "cls")  # REST: by token, or session with CSRF
    ]
    assert [path for path, role in exempt if role != access.SIGNED] == []
    assert len(exempt) > 5


@override_settings(ROOT_URLCONF="tests.access.test_declared")
@pytest.mark.django_db
def test_a_role_that_is_taken_away_is_gone_with_the_next_request(client):
    user = make_user("supervisor")
    client.force_login(user)
    assert client.get("/office/").status_code == 200
    type(user).objects.filter(pk=user.pk).update(role="operator")
    assert client.get("/office/").status_code == 403
    assert client.get("/api/office/").status_code == 403
