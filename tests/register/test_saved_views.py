"""Views of the register: kept under a name, shared by supervisors, taken away and brought back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls import saved_views
from calls.models import SavedView
from tests.people import make_hotline, make_operator, make_user

URL = "/calls/"
pytestmark = pytest.mark.django_db


def save(client, name="Missed by us", query="show=missed", **more):
    return client.post(f"{URL}views/", {"name": name, "query": query} | more)


def names(client):
    return [view.name for view in client.get(URL).context["saved"]]


def test_a_filter_is_kept_under_a_name(client, supervisor, hotline):
    query = f"show=missed&hotline={hotline.pk}&evil=1&call=x&before=y"
    assert save(client, query=query)["Location"] == f"/calls/?hotline={hotline.pk}&show=missed"
    view = SavedView.objects.get()
    assert (view.user, view.name, view.query) == (supervisor, "Missed by us", f"hotline={hotline.pk}&show=missed")
    page = client.get(URL, {"show": "missed", "hotline": hotline.pk}).content.decode()
    assert f'href="?hotline={hotline.pk}&amp;show=missed" aria-current="page"' in page


def test_the_same_name_again_replaces(client, supervisor):
    save(client)
    save(client, query="show=live")
    assert SavedView.objects.get().query == "show=live"


@pytest.mark.parametrize(
    ("name", "query"), [("Everything", ""), ("Nonsense", "show=x"), ("", "show=missed"), ("x" * 61, "show=missed")]
)
def test_a_view_needs_a_name_and_something_narrowed(client, supervisor, name, query):
    answer = client.post(f"{URL}views/", {"name": name, "query": query}, follow=True)
    assert not SavedView.objects.exists()
    assert 'class="message error"' in answer.content.decode()


def test_no_more_than_can_be_read(client, supervisor, monkeypatch):
    monkeypatch.setattr(saved_views, "MOST", 2)
    for name in ("a", "b", "c"):
        save(client, name)
    assert names(client) == ["a", "b"]


def test_a_supervisors_shared_view_reaches_the_people_of_the_hotline_and_nobody_else(client, supervisor, hotline):
    save(client, "For all", shared="on")
    save(client, "For me")
    client.force_login(make_operator(hotline).user)
    assert names(client) == ["For all"]
    assert "Remove the view" not in client.get(URL).content.decode()
    client.force_login(make_operator(make_hotline()).user)
    assert names(client) == []


def test_an_operators_view_stays_the_operators(client, hotline):
    client.force_login(make_operator(hotline).user)
    save(client, shared="on")
    assert SavedView.objects.get().shared is False
    client.force_login(make_user("supervisor", hotline))
    assert names(client) == []


def test_a_removed_view_can_be_brought_back(client, supervisor):
    save(client)
    pk = SavedView.objects.get().pk
    answer = client.post(f"{URL}views/{pk}/remove/", {"query": "show=live"}, headers={"HX-Request": "true"})
    assert f"/calls/views/{pk}/restore/" in answer.content.decode()
    assert names(client) == []
    client.post(f"{URL}views/{pk}/restore/", {"query": "show=live"}, headers={"HX-Request": "true"})
    assert names(client) == ["Missed by us"]


def test_a_view_does_not_come_back_over_another_of_its_name(client, supervisor):
    save(client)
    old = SavedView.objects.get().pk
    client.post(f"{URL}views/{old}/remove/")
    save(client, query="show=live")
    answer = client.post(f"{URL}views/{old}/restore/", headers={"HX-Request": "true"})
    assert "Another view is called" in answer.content.decode()
    assert [view.query for view in client.get(URL).context["saved"]] == ["show=live"]


def test_what_was_removed_long_ago_is_gone(client, supervisor):
    save(client)
    SavedView.objects.update(removed_at=timezone.now() - timedelta(days=2))
    save(client, "Another")
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("act", ["remove", "restore"])
def test_anothers_view_is_not_there_not_even_a_shared_one(client, supervisor, hotline, act):
    view = SavedView.objects.create(user=make_user("supervisor", hotline), name="x", query="show=live", shared=True)
    assert client.post(f"{URL}views/{view.pk}/{act}/").status_code == 404
    view.refresh_from_db()
    assert view.removed_at is None


def test_a_name_is_shown_as_text(client, supervisor):
    save(client, "<script>alert(1)</script>")
    assert "<script>alert" not in client.get(URL).content.decode()
