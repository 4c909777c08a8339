"""Addresses of the doctor's page."""

from django.urls import path

from hotline.doctor import views

app_name = "doctor"
urlpatterns = [
    path("", views.doctor, name="doctor"),
    path("<slug:name>/", views.look, name="look"),
]
