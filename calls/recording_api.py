"""The REST API's half of recording: paused while a card number is said, and resumed."""

from collections.abc import Callable
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
from calls.models import Call, Recording
from hotline.core.rest import Sentence, refusing
from operators.models import Operator

_ANSWERS = {403: Sentence, 404: Sentence, 409: Sentence}


class RecordingStateSerializer(serializers.Serializer):
    """The recording as the carrier last said; the wish is carried out within a second."""

    wanted = serializers.ChoiceField(choices=["paused", "recording"])
    state = serializers.ChoiceField(choices=Recording.State.choices, allow_null=True)


class RecordingActs:
    """The acts on `calls/{id}/recording/`, of the operator who has the caller; mixed into the viewset of calls."""

    get_object: Any

    @extend_schema(request=None, responses={202: RecordingStateSerializer, **_ANSWERS}, filters=False)
    @action(detail=True, methods=["post"], url_path="recording/pause")
    def recording_pause(self, request: Request, pk: Any = None) -> Response:
        """Pause the recording, as with F7 at the desk: what is said is on no recording until it is resumed."""
        return _done(request, self.get_object(), services.pause_recording, "paused")

    @extend_schema(request=None, responses={202: RecordingStateSerializer, **_ANSWERS}, filters=False)
    @action(detail=True, methods=["post"], url_path="recording/resume")
    def recording_resume(self, request: Request, pk: Any = None) -> Response:
        """Let the recording go on."""
        return _done(request, self.get_object(), services.resume_recording, "recording")


def _done(request: Request, call: Call, wish: Callable[..., Any], wanted: str) -> Response:
    user: Any = request.user
    own = Operator.objects.filter(user=user).first()
    if own is None or own.pk != call.operator_id:
        raise PermissionDenied(_("Only the operator who has the caller can do that."))
    with refusing(services.Refused):
        wish(call.pk, operator_id=own.pk, at=timezone.now())
    state = Recording.objects.filter(call=call).order_by("-started_at", "-pk").values_list("state", flat=True).first()
    return Response(RecordingStateSerializer({"wanted": wanted, "state": state}).data, status=202)
