"""Links to the wallboard for screens that cannot sign in."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics import links
from analytics.models import BoardLink
from hotline.core.models import AuditEntry
from tests.people import make_hotline, make_user

AT = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    return make_hotline("Faults")


@pytest.fixture
def boss(line):
    return make_user("supervisor", line)


def make(boss, *lines, **fields):
    return links.make_link(**{"by": boss, "at": AT, "name": "Hall", "hotlines": lines, **fields})


def test_only_the_hash_of_its_secret_is_kept(boss, line):
    link, secret = make(boss, line)
    assert len(secret) >= 43  # 256 bits
    assert secret not in str(BoardLink.objects.values().get())
    assert secret not in str(list(AuditEntry.objects.values()))
    assert links.link_of(secret, AT) == link
    assert links.link_of(secret[:-1], AT) is None
    assert links.link_of(link.secret_hash, AT) is None


def test_two_links_have_two_secrets(boss, line):
    assert make(boss, line)[1] != make(boss, line)[1]


def test_making_and_revoking_are_audited(boss, line):
    link, _secret = make(boss, line, shows_names=True)
    links.revoke(link, by=boss, at=AT)
    made, revoked = AuditEntry.objects.order_by("pk")
    assert (made.verb, made.by, made.detail) == ("board_link.made", boss, {"hotlines": [line.pk], "shows_names": True})
    assert (revoked.verb, revoked.subject) == ("board_link.revoked", f"board link {link.pk}")


def test_it_ends_when_it_is_revoked_and_can_be_revoked_once(boss, line):
    link, secret = make(boss, line)
    links.revoke(link, by=boss, at=AT)
    assert links.link_of(secret, AT) is None
    with pytest.raises(links.Refused, match="ended already"):
        links.revoke(link, by=boss, at=AT)


def test_it_ends_when_its_time_is_over(boss, line):
    _link, secret = make(boss, line, lasts=timedelta(days=1))
    assert links.link_of(secret, AT + timedelta(hours=23))
    assert links.link_of(secret, AT + timedelta(days=1)) is None


def test_it_ends_with_the_account_of_its_maker(boss, line):
    _link, secret = make(boss, line)
    type(boss).objects.filter(pk=boss.pk).update(is_active=False)
    assert links.link_of(secret, AT) is None


def test_it_shows_no_hotline_that_its_maker_may_not_see(boss, line):
    other = make_hotline("Other")
    with pytest.raises(links.Refused, match="not yours"):
        make(boss, line, other)
    boss.hotlines.add(other)
    link, secret = make(boss, line, other)
    boss.hotlines.remove(other)
    assert links.hotline_ids(links.link_of(secret, AT)) == [line.pk]


@pytest.mark.parametrize(("fields", "sentence"), [({"name": " "}, "Name the link"), ({"hotlines": []}, "at least one")])
def test_a_link_without_a_name_or_a_hotline_is_refused(boss, line, fields, sentence):
    with pytest.raises(links.Refused, match=sentence):
        make(boss, line, **fields)


def test_everyone_who_supervises_one_of_its_hotlines_sees_and_may_revoke_it(boss, line):
    link, _secret = make(boss, line)
    assert list(links.visible_to(make_user("supervisor", line))) == [link]
    assert list(links.visible_to(make_user("supervisor", make_hotline()))) == []
    assert list(links.visible_to(make_user("administrator"))) == [link]
