"""Addresses of the hotlines' pages."""

from django.urls import path

from lines import tariff_views, views

app_name = "lines"
urlpatterns = [
    path("", views.hotlines, name="hotlines"),
    path("new/", views.new_hotline, name="new_hotline"),
    path("<slug:slug>/", views.hotline, name="hotline"),
    path("<slug:slug>/change/", views.change_hotline, name="change_hotline"),
    path("<slug:slug>/hours/", views.opening_hours, name="hours"),
    path("<slug:slug>/hours/holidays/", views.holidays, name="holidays"),
    path("<slug:slug>/hours/<int:pk>/remove/", views.remove_rule, name="remove_rule"),
    path("<slug:slug>/numbers/new/", views.new_number, name="new_number"),
    path("<slug:slug>/numbers/<int:pk>/", views.change_number, name="change_number"),
    path("<slug:slug>/numbers/<int:pk>/tariffs/", tariff_views.tariffs, name="tariffs"),
    path(
        "<slug:slug>/numbers/<int:pk>/tariffs/<int:tariff>/withdraw/",
        tariff_views.withdraw_tariff,
        name="withdraw_tariff",
    ),
    path("<slug:slug>/close/", views.close_now, name="close_now"),
    path("<slug:slug>/reopen/", views.reopen, name="reopen"),
]
