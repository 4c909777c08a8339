"""Addresses of the telephone page, the guided first call, the browser telephone's token, and callers' messages."""

from django.urls import path

from telephony import views

app_name = "telephony"
urlpatterns = [
    path("simulator/", views.telephones, name="telephones"),
    path("guide/", views.guide_card, name="guide"),
    path("guide/start/", views.guide_start, name="guide_start"),
    path("guide/close/", views.guide_close, name="guide_close"),
    path("guide/register/", views.guide_register, name="guide_register"),
    path("telephony/token/", views.token, name="token"),
    path("telephony/recording/<uuid:call_id>/<int:pk>/", views.recording, name="recording"),
    path("telephony/voicemail/<uuid:call_id>/", views.voicemail, name="voicemail"),
]
