"""The REST API of hotlines and numbers: what there is, and what is open now."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from hotline.core import access
from lines import hours, queries
from lines.models import Hotline, Number


class OpeningSerializer(serializers.Serializer):
    is_open = serializers.BooleanField()
    reason = serializers.CharField(
        help_text="A code: always, weekly, dated, one_off, exception, holiday, closed_now, …"
    )
    opens_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)


class HotlineSerializer(serializers.ModelSerializer):
    opening = serializers.SerializerMethodField()

    class Meta:
        model = Hotline
        fields = ["id", "name", "slug", "organisation", "time_zone", "languages", "skills", "active", "opening"]

    @extend_schema_field(OpeningSerializer)
    def get_opening(self, hotline: Hotline) -> Any:
        return OpeningSerializer(hours.opening(hotline, timezone.now())).data


class NumberSerializer(serializers.ModelSerializer):
    hotline = serializers.CharField(source="hotline.name")

    class Meta:
        model = Number
        fields = ["id", "number", "hotline", "hotline_id", "kind", "lines", "active"]
        extra_kwargs = {"hotline_id": {"read_only": True}}


class HotlineViewSet(viewsets.ReadOnlyModelViewSet):
    """The hotlines that the token's person may see, each with whether it is open at this moment."""

    access = access.OPERATOR
    serializer_class = HotlineSerializer
    queryset = Hotline.objects.none()

    def get_queryset(self) -> QuerySet[Hotline]:
        return queries.visible_to(self.request.user).order_by("-priority", "name")


class NumberViewSet(viewsets.ReadOnlyModelViewSet):
    """The numbers of those hotlines."""

    access = access.OPERATOR
    serializer_class = NumberSerializer
    queryset = Number.objects.none()

    def get_queryset(self) -> QuerySet[Number]:
        visible = queries.visible_to(self.request.user).values("pk")
        return Number.objects.filter(hotline__in=visible).select_related("hotline").order_by("number")
