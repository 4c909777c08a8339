"""The REST API of callbacks: what was promised, by when, and what came of it."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from calls import numbers
from calls.models import Call, Callback
from hotline.core import access
from operators.permissions import hotlines_of


class CallbackSerializer(serializers.ModelSerializer):
    """One promise. The number is masked; `calls/{call}/reveal/` shows it and remembers who looked."""

    call = serializers.UUIDField(source="call_id", help_text="The call in which it was asked for.")
    hotline = serializers.CharField(source="hotline.name")
    number = serializers.SerializerMethodField()
    operator = serializers.CharField(source="operator.user.username", default=None, allow_null=True)

    class Meta:
        model = Callback
        fields = [
            *("id", "call", "hotline", "number", "state", "outcome", "operator", "attempts"),
            *("asked_at", "promised_by", "tried_at", "next_try_at", "done_at"),
        ]

    def get_number(self, callback: Callback) -> str:
        return numbers.mask(callback.number, Call.CallerKind.NUMBER)


class CallbackFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Callback.State.choices)

    class Meta:
        model = Callback
        fields: list[str] = []


class CallbackViewSet(mixins.ListModelMixin, viewsets.GenericViewSet):
    """The callbacks of the hotlines that the token's person may see, newest first."""

    access = access.OPERATOR
    serializer_class = CallbackSerializer
    filterset_class = CallbackFilter
    queryset = Callback.objects.none()

    def get_queryset(self) -> "QuerySet[Callback]":
        user: Any = self.request.user
        found = Callback.objects.filter(hotline__in=hotlines_of(user)).select_related("hotline", "operator__user")
        return found.order_by("-asked_at", "-id")
