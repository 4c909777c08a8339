"""The REST API of people: the operators, and the state of the token's own operator."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hotline.core import access
from hotline.core.rest import Sentence, refusing
from operators import presence
from operators.models import Device, Operator, Presence
from operators.permissions import operators_visible_to

CHOOSABLE = [(str(state), Presence(state).label) for state in Presence if state in presence.CHOOSABLE]


class OperatorSerializer(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username")
    hotlines: Any = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")

    class Meta:
        model = Operator
        fields = [
            "id",
            "username",
            "display_name",
            "state",
            "state_since",
            "state_reason",
            "next_state",
            "device",
            "identity",
            "hotlines",
            "languages",
            "skills",
            "skill_levels",
        ]


class WishSerializer(serializers.Serializer):
    state = serializers.ChoiceField(choices=CHOOSABLE)
    device = serializers.ChoiceField(choices=Device.choices, required=False)
    reason = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")


class PresenceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Operator
        fields = ["state", "state_since", "state_reason", "next_state", "device"]


class ChosenSerializer(PresenceSerializer):
    when = serializers.ChoiceField(
        choices=[("now", "now"), ("next", "next")],
        help_text="“next”: kept in `next_state` until the ring or call in hand is over.",
    )

    class Meta(PresenceSerializer.Meta):
        fields = ["when", *PresenceSerializer.Meta.fields]


class OperatorViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """The operators of the hotlines that the token's person may see, and what each is doing."""

    access = access.OPERATOR
    serializer_class = OperatorSerializer
    queryset = Operator.objects.none()

    def get_queryset(self) -> QuerySet[Operator]:
        visible = operators_visible_to(self.request.user).filter(active=True)
        return visible.prefetch_related("hotlines").order_by("display_name", "pk")


class PresenceView(APIView):
    """What the token's own operator is doing. An operator made ready here is rung without a desk page being open."""

    access = access.OPERATOR

    @extend_schema(responses={200: PresenceSerializer, 404: Sentence})
    def get(self, request: Request) -> Response:
        return Response(PresenceSerializer(_own(request)).data)

    @extend_schema(request=WishSerializer, responses={200: ChosenSerializer, 404: Sentence, 409: Sentence})
    def post(self, request: Request) -> Response:
        wish = WishSerializer(data=request.data)
        wish.is_valid(raise_exception=True)
        operator, asked = _own(request), wish.validated_data
        with refusing(presence.Refused):
            when = presence.choose(
                operator.pk,
                asked["state"],
                at=timezone.now(),
                by=request.user,
                device=asked.get("device"),
                reason=asked["reason"],
            )
        operator.refresh_from_db()
        answer: dict[str, Any] = {"when": when, **PresenceSerializer(operator).data}
        return Response(answer)


def _own(request: Request) -> Operator:
    user: Any = request.user
    operator = Operator.objects.filter(user=user).first()
    if operator is None:
        raise NotFound(_("This account answers no calls."))
    return operator
