"""Calling out through the API: the token's operator calls a contact, a caller of the register, or a typed number."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls import services
from calls.in_call_api import own_operator
from calls.models import Call
from hotline.core.rest import Sentence, refusing


class CallOutSerializer(serializers.Serializer):
    to = serializers.CharField(
        max_length=60,
        help_text="contact:<id>, or a call’s id: its caller is called back. A number as +4722123456 where the hotline "
        "allows that.",
    )
    hotline = serializers.CharField(
        max_length=60, required=False, default="", help_text="For a typed number: the hotline’s slug."
    )


class CalledOutSerializer(serializers.Serializer):
    id = serializers.UUIDField(help_text="The call, in the register from now on.")
    state = serializers.ChoiceField(choices=Call.State.choices)


class CallingOut:
    """The part of the register's API that makes calls."""

    @extend_schema(
        request=CallOutSerializer,
        responses={201: CalledOutSerializer, 400: Sentence, 403: Sentence, 409: Sentence},
        filters=False,
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ring the operator's own telephone, and then whom `to` names."""
        operator = own_operator(request)
        if operator is None:
            raise PermissionDenied(_("Only people who answer calls can call out."))
        wish = CallOutSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        with refusing(services.Refused):
            call = services.call_out(operator, by=request.user, at=timezone.now(), **wish.validated_data)
        return Response(CalledOutSerializer(call).data, status=201)
