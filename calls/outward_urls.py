"""Addresses of the page of calls outwards."""

from django.urls import path

from calls import outward_views

app_name = "outward"
urlpatterns = [
    path("", outward_views.outward, name="outward"),
    path("together/", outward_views.together, name="together"),
    path("hotlines/<slug:slug>/", outward_views.rule, name="rule"),
]
