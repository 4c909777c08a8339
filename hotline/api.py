"""The REST API: version 1 under /api/v1/, its schema, and a page on which to try it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.http import require_GET
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from calls.api import CallViewSet
from calls.callback_api import CallbackViewSet
from hotline.core import access
from lines.api import HotlineViewSet, NumberViewSet
from operators.api import OperatorViewSet, PresenceView


class SchemaView(SpectacularAPIView):
    """The OpenAPI document. It names fields and no facts, so anybody may read it."""

    permission_classes = [access.Declared]
    access = access.PUBLIC


@access.public
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Swagger UI with nothing inline, so that it works under the same policy as every other page."""
    return render(request, "api/docs.html")


router = SimpleRouter(use_regex_path=False)
router.register("calls", CallViewSet, basename="call")
router.register("callbacks", CallbackViewSet, basename="callback")
router.register("operators", OperatorViewSet, basename="operator")
router.register("hotlines", HotlineViewSet, basename="hotline")
router.register("numbers", NumberViewSet, basename="number")

version_1 = [path("presence/", PresenceView.as_view(), name="presence"), *router.urls]

urlpatterns = [
    path("v1/", include((version_1, "api"))),
    path("schema/", SchemaView.as_view(), name="api_schema"),
    path("docs/", docs, name="api_docs"),
]
