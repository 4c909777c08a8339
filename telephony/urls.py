"""Addresses of the telephone page, of the browser telephone's token, and of callers' messages."""

from django.urls import path

from telephony import views

app_name = "telephony"
urlpatterns = [
    path("simulator/", views.telephones, name="telephones"),
    path("telephony/token/", views.token, name="token"),
    path("telephony/voicemail/<uuid:call_id>/", views.voicemail, name="voicemail"),
]
