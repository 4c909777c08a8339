"""What changes about people: accounts, roles, the operator part, passwords, tokens, and who no longer works here.

Every change is audited. Whoever loses an account loses it at once: the next request of any session is a stranger's.
"""

import re
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework.authtoken.models import Token

from hotline.core.audit import record
from hotline.core.live import announce, wake_switchboard
from operators import presence, skills
from operators.models import Device, Operator, Presence, User

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else on paper
SKILL = re.compile(r"[\w-]{1,40}")
PERSON_FIELDS = ("username", "first_name", "last_name", "email", "language", "role")
OPERATOR_FIELDS = ("display_name", "phone", "device", "skills", "languages")


class Refused(Exception):
    """A change that cannot be made; the text is a sentence for the person who asked."""


def random_password() -> str:
    """Sixteen letters and digits in groups of four, 79 bits, easy to read from a printed slip."""
    letters = "".join(secrets.choice(LETTERS) for _place in range(16))
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


@transaction.atomic
def create_person(
    *, by: Any, username: str, role: str, hotlines: Iterable[Any] = (), password: str = "", **fields: Any
) -> tuple[User, str]:
    """A new user and the password, which is shown once and never again. Raises Refused for a name in use."""
    password = password or random_password()
    user = User(username=username, role=role, **_only(fields, PERSON_FIELDS))
    user.set_password(password)
    _check_person(user)
    user.save()
    user.hotlines.set(hotlines)
    record(by=by, verb="person.created", subject=f"user {user.pk}", role=role, hotlines=_ids(user))
    return user, password


@transaction.atomic
def change_person(user: User, *, by: Any, hotlines: Iterable[Any] | None = None, **fields: Any) -> User:
    """Change a user's own facts, role and hotlines. A role counts from the person's next request on.

    Raises Refused when the last administrator would lose the role, or somebody their own.
    """
    was = User.objects.select_for_update().get(pk=user.pk)
    before = _ids(was)
    for name, value in _only(fields, PERSON_FIELDS).items():
        setattr(user, name, value)
    if was.role != user.role:
        _refuse_losing_administrator(was, by=by, why=_("Nobody can change their own role."))
    _check_person(user)
    user.save(update_fields=list(PERSON_FIELDS))
    if was.email != user.email:
        EmailAddress.objects.filter(user=user).delete()  # the sign-in's own memory of the old address
    if hotlines is not None:
        user.hotlines.set(hotlines)
    changed = [name for name in PERSON_FIELDS if getattr(was, name) != getattr(user, name)]
    if was.role != user.role:
        record(by=by, verb="person.role_changed", subject=f"user {user.pk}", was=was.role, now=user.role)
    if changed or before != _ids(user):
        record(by=by, verb="person.changed", subject=f"user {user.pk}", fields=changed, hotlines=_ids(user))
    return user


@transaction.atomic
def make_operator(user: User, *, by: Any, hotlines: Iterable[Any] = (), identity: str = "", **fields: Any) -> Operator:
    """Give a user the operator part: from now on calls can ring them, at `op_<pk>` in the browser, or at the browser
    telephone that they have already."""
    facts = {"display_name": str(user), "languages": ["en"], **_levelled(_only(fields, OPERATOR_FIELDS))}
    operator = Operator(user=user, identity=f"new_{uuid.uuid4().hex}", **facts)
    _checked(operator)
    _refuse_impossible(operator)
    operator.save()
    operator.identity = identity or f"op_{operator.pk}"
    operator.save(update_fields=["identity"])
    operator.hotlines.set(hotlines)
    record(by=by, verb="operator.created", subject=f"operator {operator.pk}", hotlines=_ids(operator))
    return operator


@transaction.atomic
def change_operator(
    operator: Operator,
    *,
    by: Any,
    at: datetime,
    hotlines: Iterable[Any] | None = None,
    active: bool = True,
    **fields: Any,
) -> Operator:
    """Change what an operator can, where they are rung and which hotlines they serve; routing reads it at once.

    `active=False` takes the operator part away: offline now, or after the call in hand.
    """
    before, was_active = _ids(operator), Operator.objects.values_list("active", flat=True).get(pk=operator.pk)
    for name, value in _levelled(_only(fields, OPERATOR_FIELDS)).items():
        setattr(operator, name, value)
    operator.active = active
    _checked(operator)
    _refuse_impossible(operator)
    operator.save(update_fields=[*OPERATOR_FIELDS, "skill_levels", "active"])
    if hotlines is not None:
        operator.hotlines.set(hotlines)
    if was_active and not active:
        _go_offline(operator, at=at, by=by)
    record(
        by=by, verb="operator.changed", subject=f"operator {operator.pk}", was=before, now=_ids(operator), active=active
    )
    announce(f"operator:{operator.pk}", "board")
    wake_switchboard()  # a waiting call may have found somebody who can take it
    return operator


@transaction.atomic
def deactivate(user: User, *, by: Any, at: datetime) -> None:
    """Close an account at once: sessions, API token and telephone. The history stays.

    The password is thrown away, so no old session comes back to life with the account. An operator goes offline now;
    one who is being rung or talking does so when that call is done, since the caller is not cut off.
    """
    was = User.objects.select_for_update().get(pk=user.pk)
    if not was.is_active:
        return
    _refuse_losing_administrator(was, by=by, why=_("Nobody can close their own account."))
    user.is_active = False
    user.set_unusable_password()
    user.save(update_fields=["is_active", "password"])
    Token.objects.filter(user=user).delete()
    operator = Operator.objects.filter(user=user).first()
    if operator:
        Operator.objects.filter(pk=operator.pk).update(active=False)
        _go_offline(operator, at=at, by=by)
    record(by=by, verb="person.deactivated", subject=f"user {user.pk}")


@transaction.atomic
def reactivate(user: User, *, by: Any) -> str:
    """Open a closed account again, operator part included, under a new password that is shown once."""
    password = random_password()
    user.is_active = True
    user.set_password(password)
    user.save(update_fields=["is_active", "password"])
    Operator.objects.filter(user=user).update(active=True)
    record(by=by, verb="person.reactivated", subject=f"user {user.pk}")
    return password


@transaction.atomic
def reset_password(user: User, *, by: Any) -> str:
    """A new random password, shown once. Every session of the person ends with the old one."""
    if not user.is_active:
        raise Refused(_("This account is closed. Open it again to give it a new password."))
    password = random_password()
    user.set_password(password)
    user.save(update_fields=["password"])
    record(by=by, verb="person.password_reset", subject=f"user {user.pk}")
    return password


@transaction.atomic
def remove_second_factor(user: User, *, by: Any) -> bool:
    """For whoever lost the telephone with the codes: sign in by password alone again. False if there was none."""
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    if removed:
        record(by=by, verb="person.second_factor_removed", subject=f"user {user.pk}")
    return bool(removed)


@transaction.atomic
def new_token(user: User, *, by: Any) -> str:
    """A new API token, shown once; the one before stops working."""
    if not user.is_active:
        raise Refused(_("This account is closed and cannot have an API token."))
    Token.objects.filter(user=user).delete()
    token = Token.objects.create(user=user)
    record(by=by, verb="person.token_made", subject=f"user {user.pk}")
    return token.key


@transaction.atomic
def withdraw_token(user: User, *, by: Any) -> bool:
    """The API token stops working at once. False if there was none."""
    removed, _rows = Token.objects.filter(user=user).delete()
    if removed:
        record(by=by, verb="person.token_withdrawn", subject=f"user {user.pk}")
    return bool(removed)


def choose_screens(user: User, *, language: str, letter_keys: bool) -> None:
    """A person's own choices for the screens; an empty language leaves it to the browser."""
    User.objects.filter(pk=user.pk).update(language=language, letter_keys=letter_keys)


def _go_offline(operator: Operator, *, at: datetime, by: Any) -> None:
    busy = presence.BUSY
    presence.change(
        operator.pk, Presence.OFFLINE, at=at, cause=presence.Cause.DEACTIVATED, from_states=presence.ALL - busy, by=by
    )
    announce(f"operator:{operator.pk}", "board")


def _only(fields: dict[str, Any], allowed: Iterable[str]) -> dict[str, Any]:
    unknown = set(fields) - set(allowed)
    if unknown:
        raise TypeError(f"not for a service to change: {', '.join(sorted(unknown))}")
    return fields


def _levelled(fields: dict[str, Any]) -> dict[str, Any]:
    """Skills as they are written, "orders, refunds:3", as the bare words and their levels."""
    if "skills" not in fields:
        return fields
    names, levels = skills.read(fields["skills"])
    return fields | {"skills": names, "skill_levels": levels}


def _ids(holder: Any) -> list[int]:
    return sorted(holder.hotlines.values_list("pk", flat=True))


def _checked(thing: Any) -> None:
    try:
        thing.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def _check_person(user: User) -> None:
    """A name or an address in use, in any case, would shut both people out of signing in."""
    user.email = user.email.lower()
    _checked(user)
    others = User.objects.exclude(pk=user.pk)
    if "@" in user.username:
        raise Refused(_("A username has no @: it would look like an e-mail address."))
    if others.filter(username__iexact=user.username).exists():
        raise Refused(_("Somebody else is called %(name)s here.") % {"name": user.username})
    if user.email and others.filter(email__iexact=user.email).exists():
        raise Refused(_("Somebody else has the e-mail address %(email)s.") % {"email": user.email})


def _refuse_impossible(operator: Operator) -> None:
    if operator.device == Device.PHONE and not operator.phone:
        raise Refused(_("Calls can ring on a telephone only when its number is known."))
    for skill in operator.skills:
        if not SKILL.fullmatch(skill):
            raise Refused(
                _("A skill is one word of letters, digits and hyphens, and may have a level from 1 to 3 after a colon,")
                + " "
                + _("unlike “%(skill)s”.") % {"skill": skill}
            )


def _refuse_losing_administrator(user: User, *, by: Any, why: str) -> None:
    if by is not None and by.pk == user.pk:
        raise Refused(why)
    if user.role != User.Role.ADMINISTRATOR:
        return
    # Locked in one order, so that two administrators cannot remove each other at the same moment.
    administrators = User.objects.select_for_update().filter(role=User.Role.ADMINISTRATOR, is_active=True)
    if not [other for other in administrators.order_by("pk") if other.pk != user.pk]:
        raise Refused(_("There must be at least one administrator."))
