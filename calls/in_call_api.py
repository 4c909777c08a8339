"""What programs do in a live call: hold, pass on, hang up. Each answers with the call as it then stands."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from calls import passing, services
from calls.models import Call, Offer, Transfer
from calls.queries import talked_in
from hotline.core import access
from hotline.core.rest import Sentence, refusing
from operators.models import Operator


class TransferSerializer(serializers.ModelSerializer):
    """A transfer under way."""

    by = serializers.CharField(source="by.user.username")

    class Meta:
        model = Transfer
        fields = ["kind", "state", "to", "by", "made_at", "answered_at"]


class InCallSerializer(serializers.Serializer):
    """A live call as it stands after a wish."""

    state = serializers.ChoiceField(choices=Call.State.choices)
    on_hold = serializers.BooleanField(help_text="The caller hears music.")
    held_at = serializers.DateTimeField(allow_null=True)
    operator = serializers.CharField(allow_null=True, help_text="Who has the caller, by username.")
    transfer = TransferSerializer(allow_null=True, help_text="The transfer under way, or null.")


class TransferWishSerializer(serializers.Serializer):
    to = serializers.CharField(
        max_length=120,
        help_text="An operator’s username or identity, a hotline’s slug, skill:<name>, contact:<id>, or a number as "
        "+4722123456.",
    )
    kind = serializers.ChoiceField(
        choices=Transfer.Kind.choices,
        default=Transfer.Kind.COLD,
        help_text="cold: the operator is free at once. warm: the caller waits on hold while the operator asks.",
    )


_ANSWERS: Any = {200: InCallSerializer, 403: Sentence, 404: Sentence, 409: Sentence}
_wish = extend_schema(request=None, responses=_ANSWERS, filters=False)


class InCall:
    """The live part of the register's API."""

    @_wish
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: Any = None) -> Response:
        """The caller hears music, nobody hears the caller. Repeated, it changes nothing."""
        return self._done(request, lambda call: services.hold(call.pk, at=timezone.now()))

    @_wish
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: Any = None) -> Response:
        """The caller is back in the conversation. Repeated, it changes nothing."""
        return self._done(request, lambda call: services.resume(call.pk, at=timezone.now()))

    @extend_schema(request=TransferWishSerializer, responses={**_ANSWERS, 400: Sentence}, filters=False)
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, pk: Any = None) -> Response:
        """Pass the call on, at once or after a word with whoever takes it."""
        return self._done(request, lambda call: _pass_on(call, request))

    @_wish
    @action(detail=True, methods=["post"], url_path="transfer/complete")
    def transfer_complete(self, request: Request, pk: Any = None) -> Response:
        """Leave the caller with whoever was asked; the operator is free."""
        return self._done(request, lambda call: services.complete(call.pk, at=timezone.now()))

    @_wish
    @action(detail=True, methods=["post"], url_path="transfer/cancel")
    def transfer_cancel(self, request: Request, pk: Any = None) -> Response:
        """Let whoever was asked go; the operator has the caller back."""
        return self._done(request, lambda call: services.cancel(call.pk, at=timezone.now()))

    @_wish
    @action(detail=True, methods=["post"], url_path="transfer/join")
    def transfer_join(self, request: Request, pk: Any = None) -> Response:
        """All three talk: the caller comes off hold while whoever was asked is on the line."""
        return self._done(request, lambda call: services.bring_together(call.pk, at=timezone.now()))

    @extend_schema(request=None, responses={202: Sentence, 403: Sentence, 404: Sentence, 409: Sentence}, filters=False)
    @action(detail=True, methods=["post"])
    def hangup(self, request: Request, pk: Any = None) -> Response:
        """End the operator's conversation: the operator is freed, a caller who is left alone hears the closing."""
        call = self.get_object()  # type: ignore[attr-defined]
        own = own_operator(request)
        if not (own and call.offers.filter(operator=own, state=Offer.State.ACCEPTED).exists()):
            refuse_strangers(request, call, own)
        with refusing(services.Refused):
            services.hang_up(call.pk, by=request.user, at=timezone.now(), operator_id=own.pk if own else None)
        return Response({"detail": _("The conversation is being ended.")}, status=202)

    def _done(self, request: Request, wish: Any) -> Response:
        call = self.get_object()  # type: ignore[attr-defined]
        own = own_operator(request)
        if not access.has_role(request.user, access.SUPERVISOR) and not (own and own.pk == call.operator_id):
            raise PermissionDenied(_("Only the operator who has the caller, or a supervisor, can do that."))
        with refusing(services.Refused):
            wish(call)
        return Response(InCallSerializer(_standing(call)).data)


def _pass_on(call: Call, request: Request) -> None:
    wish = TransferWishSerializer(data=request.data)
    wish.is_valid(raise_exception=True)
    services.pass_on(call.pk, by=request.user, at=timezone.now(), **wish.validated_data)


def _standing(call: Call) -> dict[str, Any]:
    call = Call.objects.select_related("operator__user").get(pk=call.pk)
    transfer = passing.open_transfer(call)
    return {
        "state": call.state,
        "on_hold": call.held_at is not None,
        "held_at": call.held_at,
        "operator": call.operator.user.username if call.operator else None,
        "transfer": transfer,
    }


def own_operator(request: Request) -> Operator | None:
    user: Any = request.user
    return Operator.objects.filter(user=user).first()


def refuse_strangers(request: Request, call: Call, own: Operator | None) -> None:
    """A call is handled by the operators who had the caller, or by a supervisor of its hotline."""
    if access.has_role(request.user, access.SUPERVISOR) or (own and talked_in(call, own.pk)):
        return
    raise PermissionDenied(_("Only the operator who took this call, or a supervisor, can do that."))
