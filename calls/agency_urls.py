"""Addresses under /people/agencies/."""

from django.urls import path

from calls import agency_views

app_name = "agencies"
urlpatterns = [
    path("", agency_views.agencies, name="agencies"),
    path("new/", agency_views.new_agency, name="new_agency"),
    path("<int:pk>/", agency_views.change_agency, name="change_agency"),
]
