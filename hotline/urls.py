"""Every address of the system, app by app."""

from django.urls import URLPattern, URLResolver, include, path

from calls.plans.views import sound
from calls.what_if_views import what_if
from hotline import find, health, topbar
from hotline.core.style import style
from hotline.home import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("find/", find.find, name="find"),
    path("frame/now/", topbar.now, name="frame_now"),
    path("frame/queue/", topbar.queue, name="frame_queue"),
    path("doctor/", include("hotline.doctor.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("accounts/", include("operators.account_urls")),
    path("people/agencies/", include("calls.agency_urls")),
    path("people/", include("operators.urls")),
    path("twilio/", include("telephony.twilio.urls")),
    path("lines/<slug:slug>/what-if/", what_if, name="what_if"),
    path("lines/", include("lines.urls")),
    path("lines/", include("calls.plans.urls")),
    path("audio/<str:token>/", sound, name="sound"),
    path("", include("telephony.urls")),
    path("shifts/", include("scheduling.urls")),
    path("api/", include("hotline.api")),
    path("", include("desk.urls")),
    path("calls/", include("calls.urls")),
    path("callbacks/", include("calls.callback_urls")),
    path("outward/", include("calls.outward_urls")),
    path("knowledge/", include("knowledge.urls")),
    path("style/", style, name="style"),
]
