"""The demo's people: users, operators, their tokens, and passwords that nobody has seen before."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from rest_framework.authtoken.models import Token

from hotline.demo.content import Person, Service
from lines.models import Hotline
from operators.models import Operator, User

SUPERVISOR = ("solveig", "Solveig", "Aune")
ADMINISTRATOR = ("astrid", "Astrid", "Holm")
# A password drawn from 96 random bits gains nothing from stretching, and twenty of the full count would take the
# first start ten seconds more. The hash is made with few rounds; Django raises it to the full count at the first sign-in.
_ROUNDS = 5_000
_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that looks like another


@dataclass(frozen=True)
class Cast:
    """Everybody who was made, and what they sign in with."""

    operators: dict[str, Operator]
    credentials: dict[str, Any]


def create(services: list[Service], hotlines: dict[str, Hotline]) -> Cast:
    """Make a supervisor and an administrator of everything, and the operators of each service; presence is offline."""
    boss, chief = _user(*SUPERVISOR, User.Role.SUPERVISOR), _user(*ADMINISTRATOR, User.Role.ADMINISTRATOR)
    chief.is_staff = True
    people = [(service, person) for service in services for person in service.people]
    users = [boss, chief, *(_user_of(service, person) for service, person in people)]
    passwords = {user.username: _password() for user in users}
    for user in users:
        user.password = _hash(passwords[user.username])
    User.objects.bulk_create(users)
    tokens = _tokens(users)
    operators = Operator.objects.bulk_create(
        [_operator(user, person) for user, (_, person) in zip(users[2:], people, strict=True)]
    )
    served = {person.username: [service.slug, *person.also] for service, person in people}
    _serve(users, operators, hotlines, served)

    def shown(user: User) -> dict[str, str]:
        return {"username": user.username, "password": passwords[user.username], "token": tokens[user.username]}

    credentials = {
        "supervisor": shown(boss),
        "administrator": shown(chief),
        "operators": [shown(o.user) | {"identity": o.identity, "phone": str(o.phone)} for o in operators],
    }
    return Cast({o.user.username: o for o in operators}, credentials)


def _user(username: str, first: str, last: str, role: str) -> User:
    return User(username=username, first_name=first, last_name=last, role=role, email=f"{username}@hotline.example")


def _user_of(service: Service, person: Person) -> User:
    first, last = person.name.split(" ", 1)
    user = _user(person.username, first, last, User.Role.OPERATOR)
    user.language = service.languages[0]
    return user


def _operator(user: User, person: Person) -> Operator:
    return Operator(
        user=user,
        display_name=user.first_name,
        identity=f"op_{user.username}",
        phone=person.phone,
        languages=list(person.languages),
    )


def _serve(
    users: list[User], operators: list[Operator], hotlines: dict[str, Hotline], served: dict[str, list[str]]
) -> None:
    sees = User.hotlines.through
    sees.objects.bulk_create(
        sees(user_id=user.pk, hotline_id=hotlines[slug].pk)
        for user in users
        for slug in served.get(user.username, list(hotlines))
    )
    serves = Operator.hotlines.through
    serves.objects.bulk_create(
        serves(operator_id=operator.pk, hotline_id=hotlines[slug].pk)
        for operator in operators
        for slug in served[operator.user.username]
    )


def _tokens(users: list[User]) -> dict[str, str]:
    made = Token.objects.bulk_create(Token(user=user, key=Token.generate_key()) for user in users)
    return {token.user.username: token.key for token in made}


def _password() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(17))


def _hash(password: str) -> str:
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=_ROUNDS)


def write(credentials: dict[str, Any], path: Path) -> None:
    """Put the credentials where only the owner may read them; complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(credentials, file, indent=2)
    draft.replace(path)
