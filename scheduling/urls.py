"""Addresses of the pages of shifts."""

from django.urls import path

from scheduling import views

app_name = "scheduling"
urlpatterns = [
    path("", views.shifts, name="shifts"),
    path("mine/", views.mine, name="mine"),
    path("new/", views.new_shift, name="new_shift"),
    path("<int:pk>/", views.change_shift, name="change_shift"),
    path("<int:pk>/remove/", views.remove_shift, name="remove_shift"),
]
