"""The REST API's half of supervising: listen, whisper, join, take over, and an operator's call for help."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls import services
from calls.models import Attendance, Call
from hotline.core import access
from hotline.core.rest import Sentence, refusing
from operators.models import Device, Operator

_ANSWERS = {403: Sentence, 404: Sentence, 409: Sentence}


class WayWishSerializer(serializers.Serializer):
    way = serializers.ChoiceField(
        choices=[Attendance.Way.LISTEN, Attendance.Way.WHISPER, Attendance.Way.JOIN],
        default=Attendance.Way.LISTEN,
        help_text="listen: heard by nobody; whisper: by the operator alone; join: by all. Again to change it.",
    )
    device = serializers.ChoiceField(
        choices=Device.choices, required=False, help_text="Which of your telephones rings; else the usual one."
    )


class TelephoneSerializer(serializers.Serializer):
    device = serializers.ChoiceField(
        choices=Device.choices, required=False, help_text="Which of your telephones rings; else the usual one."
    )


class AttendanceSerializer(serializers.ModelSerializer):
    """A supervisor in a call. `joined_at` is empty while their telephone rings."""

    user = serializers.CharField(source="user.username")
    telephone = serializers.CharField(source="address", help_text="What rings: a number, or client:<identity>.")

    class Meta:
        model = Attendance
        fields = ["id", "user", "way", "device", "telephone", "asked_at", "joined_at", "left_at", "reason"]


class Supervising:
    """The acts on `calls/{id}/` of those who supervise its hotline; mixed into the viewset of calls."""

    get_object: Any

    @extend_schema(request=WayWishSerializer, responses={202: AttendanceSerializer, **_ANSWERS}, filters=False)
    @action(detail=True, methods=["post"])
    def listen(self, request: Request, pk: Any = None) -> Response:
        """Come into the conversation, or change the way you are in it. Your telephone rings."""
        wish = WayWishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        return _attend(request, self.get_object(), **wish.validated_data)

    @extend_schema(request=None, responses={200: Sentence, **_ANSWERS}, filters=False)
    @action(detail=True, methods=["post"], url_path="listen/stop")
    def listen_stop(self, request: Request, pk: Any = None) -> Response:
        """Leave the conversation; caller and operator talk on."""
        call = self.get_object()
        with refusing(services.Refused):
            services.stop(call.pk, by=request.user, at=timezone.now())
        return Response({"detail": _("You have left the call.")})

    @extend_schema(request=TelephoneSerializer, responses={202: AttendanceSerializer, **_ANSWERS}, filters=False)
    @action(detail=True, methods=["post"], url_path="take-over")
    def take_over(self, request: Request, pk: Any = None) -> Response:
        """Become the operator of the call; the operator goes to the wrap-up once all hear you."""
        wish = TelephoneSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        return _attend(request, self.get_object(), way=Attendance.Way.TAKE_OVER, **wish.validated_data)

    @extend_schema(request=None, responses={202: Sentence, **_ANSWERS}, filters=False)
    @action(detail=True, methods=["post"])
    def help(self, request: Request, pk: Any = None) -> Response:
        """The operator in the call asks for a supervisor."""
        user: Any = request.user
        call, own = self.get_object(), Operator.objects.filter(user=user).first()
        if own is None:
            raise PermissionDenied(_("Only the operator of this call can do that."))
        with refusing(services.Refused):
            services.call_for_help(call.pk, operator_id=own.pk, by=user, at=timezone.now())
        return Response({"detail": _("The supervisors are told.")}, status=202)


def _attend(request: Request, call: Call, *, way: str, device: str = "") -> Response:
    if not access.has_role(request.user, access.SUPERVISOR):
        raise PermissionDenied(_("Only a supervisor of the hotline can do that."))
    with refusing(services.Refused):
        made = services.attend(call.pk, way, by=request.user, at=timezone.now(), device=device)
    return Response(AttendanceSerializer(made).data, status=202)
