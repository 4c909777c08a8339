"""What the endpoints of the REST API share: bounded pages, and refusals as a sentence with 409."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.pagination import PageNumberPagination

MOST_ROWS_ON_A_PAGE = 200


class Refusal(APIException):
    """A service refused; its sentence is the answer's `detail`."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "refused"


@contextmanager
def refusing(*refused: type[Exception]) -> Iterator[None]:
    """Answer 409 with the sentence of a service's refusal."""
    try:
        yield
    except refused as refusal:
        raise Refusal(str(refusal)) from refusal


class Pages(PageNumberPagination):
    """`?page=` from 1, `?page_size=` up to a bound, so that no question costs without limit."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MOST_ROWS_ON_A_PAGE


class Sentence(serializers.Serializer):
    """The body of a refusal."""

    detail = serializers.CharField()
