"""Who may hear what on the live stream, and whose stream must end."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from calls.parting import HELP_TOPIC, topic_of
from desk.lines import TOPIC
from hotline.core import access
from hotline.core.live_stream import Grant
from operators.models import Operator, User
from operators.permissions import hotlines_of


def grant(session_key: str) -> Grant | None:
    """What the person of a session may hear; None for a stranger.

    Everyone hears the board, the register and their own part; supervisors hear every operator and calls for help
    (names of topics carry no data, and pages check again what they show). A desk is brought its lines.
    """
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user: Any = get_user(request)
    if not access.has_role(user, access.OPERATOR):
        return None
    prefixes = ["call:"]
    topics = {"board", "calls", "callbacks", "queue", "carrier"}
    for pk in hotlines_of(user):
        topics |= {f"hotline:{pk}", f"queue:{pk}"}
    operator_id = Operator.objects.filter(user=user).values_list("pk", flat=True).first()
    if operator_id is not None:
        topics.add(f"operator:{operator_id}")
        prefixes.append(TOPIC)
    if access.has_role(user, access.SUPERVISOR):
        topics |= {HELP_TOPIC, topic_of(user.pk)}
        prefixes.append("operator:")
    return Grant(session_key, user.pk, frozenset(topics), tuple(prefixes), _stamp(user.role, user.password))


def ended(grants: set[Grant]) -> set[Grant]:
    """The grants that no longer hold: signed out, closed, another role or password. Two queries for any number."""
    keys = {grant.session_key for grant in grants}
    alive = set(
        Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now()).values_list(
            "session_key", flat=True
        )
    )
    people = User.objects.filter(pk__in={grant.user_id for grant in grants}, is_active=True)
    stamps = {pk: _stamp(role, password) for pk, role, password in people.values_list("pk", "role", "password")}
    return {each for each in grants if each.session_key not in alive or stamps.get(each.user_id) != each.stamp}


def _stamp(role: str, password: str) -> str:
    return f"{role} {hash((settings.SECRET_KEY, password))}"
