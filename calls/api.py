"""The REST API of the register: calls, their story, the note, and the logged look at a caller's number."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from calls import numbers, queries, services, timeline
from calls.in_call_api import InCall, own_operator, refuse_strangers
from calls.models import Call, Note, Topic
from calls.outgoing_api import CallingOut
from calls.recording_api import RecordingActs
from calls.reveal import SHORTEST_REASON, reveal
from calls.search import search
from calls.supervising_api import Supervising
from calls.supervision import shows_attendance
from hotline.core import access
from hotline.core.rest import Sentence, refusing
from operators.permissions import hotlines_of


class CallSerializer(serializers.ModelSerializer):
    """One row of the register. The caller's number is masked; `reveal/` shows it and remembers who looked."""

    caller = serializers.SerializerMethodField()
    caller_name = serializers.CharField(source="caller.name", default="")
    number = serializers.CharField(source="dialled")
    hotline = serializers.CharField(source="hotline.name", default=None, allow_null=True)
    operator = serializers.CharField(source="operator.user.username", default=None, allow_null=True)
    wait_seconds = serializers.FloatField(allow_null=True)
    talk_seconds = serializers.FloatField(allow_null=True)

    class Meta:
        model = Call
        fields = [
            "id",
            "carrier_ref",
            "state",
            "outcome",
            "direction",
            "caller",
            "caller_kind",
            "caller_name",
            "number",
            "hotline",
            "operator",
            "language",
            "arrived_at",
            "queued_at",
            "answered_at",
            "held_at",
            "ended_at",
            "ended_by",
            "wait_seconds",
            "talk_seconds",
        ]

    def get_caller(self, call: Call) -> str:
        return numbers.mask(call.caller_number, call.caller_kind)


class EventSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    kind = serializers.CharField()
    text = serializers.CharField()


class RevealedSerializer(serializers.Serializer):
    caller = serializers.CharField(allow_blank=True, help_text="The number as received; empty when withheld.")


class LookSerializer(serializers.Serializer):
    reason = serializers.CharField(
        min_length=SHORTEST_REASON, max_length=200, help_text="Kept with who looked and when."
    )


class NoteSerializer(serializers.ModelSerializer):
    topic = serializers.CharField(source="topic.name", default=None, allow_null=True)
    operator = serializers.CharField(source="operator.user.username", default=None, allow_null=True)

    class Meta:
        model = Note
        fields = ["topic", "topic_id", "outcome", "summary", "caller_name", "operator", "version", "saved_at"]
        extra_kwargs = {"topic_id": {"read_only": True}}


class NoteWishSerializer(serializers.Serializer):
    topic = serializers.CharField(
        required=False,
        allow_blank=True,
        allow_null=True,
        default="",
        help_text="A topic of the hotline, by name or id.",
    )
    outcome = serializers.ChoiceField(choices=Note.Outcome.choices)
    summary = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")
    caller_name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    version = serializers.IntegerField(
        required=False, min_value=0, help_text="The version that was read; if another was saved since, 409."
    )

    def validate_topic(self, wanted: str | None) -> int | None:
        """The id of the hotline's topic. Raises a sentence that lists those that exist."""
        if not wanted:
            return None
        topics = Topic.objects.filter(hotline_id=self.context["hotline_id"]).select_related("parent")
        for topic in topics:
            if wanted.strip().casefold() in (str(topic.pk), topic.name.casefold(), str(topic).casefold()):
                return topic.pk
        known = ", ".join(sorted(str(topic) for topic in topics if topic.active))
        raise serializers.ValidationError(
            _("There is no topic “%(wanted)s” here. There are: %(known)s.")
            % {"wanted": wanted[:80], "known": known or "–"}
        )


class CallFilter(django_filters.FilterSet):
    search = django_filters.CharFilter(
        method="by_search",
        max_length=100,
        help_text="A caller's or dialled number as a whole, the carrier's reference, or words of a name or note.",
    )
    hotline = django_filters.CharFilter(method="by_hotline", max_length=80, help_text="A hotline's name, slug or id.")
    operator = django_filters.CharFilter(
        field_name="operator__user__username", max_length=150, help_text="An operator's username."
    )
    state = django_filters.MultipleChoiceFilter(choices=Call.State.choices)
    outcome = django_filters.MultipleChoiceFilter(choices=[choice for choice in Call.Outcome.choices if choice[0]])
    tests = django_filters.BooleanFilter(
        field_name="training", help_text="true: test calls of the system, which are in no other list."
    )

    class Meta:
        model = Call
        fields: list[str] = []

    def by_search(self, calls: "QuerySet[Call]", name: str, text: str) -> "QuerySet[Call]":
        return search(calls, text)

    def by_hotline(self, calls: "QuerySet[Call]", name: str, wanted: str) -> "QuerySet[Call]":
        which = Q(hotline__name__iexact=wanted) | Q(hotline__slug=wanted)
        if wanted.isascii() and wanted.isdigit():
            which |= Q(hotline_id=min(int(wanted), 2**63 - 1))
        return calls.filter(which)

    def filter_queryset(self, queryset: "QuerySet[Call]") -> "QuerySet[Call]":
        found: QuerySet[Call] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["tests"] else found.filter(training=False)


# `from` is a word of Python's own.
CallFilter.base_filters["from"] = django_filters.IsoDateTimeFilter(
    field_name="arrived_at", lookup_expr="gte", help_text="Arrived at or after this moment."
)
CallFilter.base_filters["to"] = django_filters.IsoDateTimeFilter(
    field_name="arrived_at", lookup_expr="lt", help_text="Arrived before this moment."
)


@extend_schema_view(
    retrieve=extend_schema(responses={200: CallSerializer, 404: Sentence}),
)
class CallViewSet(
    InCall,
    CallingOut,
    RecordingActs,
    Supervising,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet,
):
    """The calls of the hotlines that the token's person may see, newest first."""

    access = access.OPERATOR
    serializer_class = CallSerializer
    filterset_class = CallFilter
    queryset = Call.objects.none()
    lookup_value_converter = "uuid"

    def get_queryset(self) -> "QuerySet[Call]":
        user: Any = self.request.user
        calls = queries.visible_to(user, hotlines_of(user))
        return calls.select_related("operator__user").order_by("-arrived_at", "-id")

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        """Only lists are filtered: a filter in the address of one call must not hide it."""
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    @extend_schema(responses={200: EventSerializer(many=True), 404: Sentence}, filters=False)
    @action(detail=True, pagination_class=None)
    def events(self, request: Request, pk: Any = None) -> Response:
        """What happened in the call, oldest first, in plain words."""
        call = self.get_object()
        told = timeline.timeline(call, attendance=shows_attendance(call, request.user))
        return Response(EventSerializer(told, many=True).data)

    @extend_schema(methods=["GET"], responses={200: NoteSerializer, 404: Sentence}, filters=False)
    @extend_schema(
        methods=["POST"],
        request=NoteWishSerializer,
        responses={200: NoteSerializer, 403: Sentence, 404: Sentence, 409: Sentence},
        filters=False,
    )
    @action(detail=True, methods=["get", "post"])
    def note(self, request: Request, pk: Any = None) -> Response:
        """The note. Saving one ends the wrap-up of the operator who took the call."""
        call = self.get_object()
        if request.method == "GET":
            return Response(NoteSerializer(Note.objects.filter(call=call).first() or Note(call=call)).data)
        own = own_operator(request)
        refuse_strangers(request, call, own)
        wish = NoteWishSerializer(data=request.data, context={"hotline_id": call.hotline_id})
        wish.is_valid(raise_exception=True)
        facts = wish.validated_data
        with refusing(services.Refused):
            note = services.save_note(
                call.pk,
                operator_id=own.pk if own and queries.talked_in(call, own.pk) else None,
                by=request.user,
                at=timezone.now(),
                version=facts.get("version"),
                topic_id=facts["topic"],
                outcome=facts["outcome"],
                summary=facts["summary"],
                caller_name=facts["caller_name"],
            )
        return Response(NoteSerializer(note).data)

    @extend_schema(
        request=LookSerializer, responses={200: RevealedSerializer, 403: Sentence, 404: Sentence}, filters=False
    )
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: Any = None) -> Response:
        """The caller's whole number. Who looked, when and why, is remembered."""
        call = self.get_object()
        refuse_strangers(request, call, own_operator(request))
        look = LookSerializer(data=request.data)
        look.is_valid(raise_exception=True)
        return Response({"caller": reveal(call, by=request.user, reason=look.validated_data["reason"])})
