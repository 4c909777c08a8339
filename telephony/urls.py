"""Addresses of the telephone page and of the browser telephone's token."""

from django.urls import path

from telephony import views

app_name = "telephony"
urlpatterns = [
    path("simulator/", views.telephones, name="telephones"),
    path("telephony/token/", views.token, name="token"),
]
