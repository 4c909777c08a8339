"""Addresses of the register."""

from django.urls import path

from calls import views

app_name = "calls"
urlpatterns = [
    path("", views.register, name="register"),
    path("<uuid:pk>/", views.call, name="call"),
    path("<uuid:pk>/note/", views.note, name="note"),
    path("<uuid:pk>/reveal/", views.reveal, name="reveal"),
    path("<uuid:pk>/voicemail/done/", views.voicemail_done, name="voicemail_done"),
]
