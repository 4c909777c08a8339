"""Addresses of the callbacks."""

from django.urls import path

from calls import callback_views

app_name = "callbacks"
urlpatterns = [
    path("", callback_views.callbacks, name="callbacks"),
    path("<uuid:pk>/cancel/", callback_views.cancel, name="cancel"),
    path("<uuid:pk>/now/", callback_views.call_now, name="call_now"),
    path("<uuid:pk>/handled/", callback_views.handled, name="handled"),
]
