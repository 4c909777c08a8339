"""People and hotlines for tests, in one line each."""

from functools import cache
from itertools import count

from django.contrib.auth.hashers import get_hasher, make_password

from lines.models import Hotline
from operators.models import Operator, User

PASSWORD = "correct horse battery"
_number = count(1)


def make_hotline(name: str = "", **fields) -> Hotline:
    number = next(_number)
    return Hotline.objects.create(
        name=name or f"Hotline {number}", slug=f"hotline-{number}", organisation="The House", **fields
    )


@cache
def _hashed(algorithm: str) -> str:
    return make_password(PASSWORD, hasher=algorithm)  # slow by design: once


def make_user(role: str = "operator", *hotlines: Hotline, username: str = "", **fields) -> User:
    """A user who signs in with PASSWORD."""
    user = User.objects.create(
        username=username or f"{role}{next(_number)}", role=role, password=_hashed(get_hasher().algorithm), **fields
    )
    user.hotlines.set(hotlines)
    return user


def make_operator(*hotlines: Hotline, role: str = "operator", **fields) -> Operator:
    """An operator with the user behind it; the hotlines are those the operator serves."""
    user = make_user(role)
    operator = Operator.objects.create(
        user=user, display_name=user.username.title(), identity=f"op_{user.pk}", languages=["en"], **fields
    )
    operator.hotlines.set(hotlines)
    return operator
