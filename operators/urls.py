"""Addresses under /people/."""

from django.urls import path

from operators import views

app_name = "operators"
urlpatterns = [
    path("", views.people, name="people"),
    path("me/", views.me, name="me"),
    path("me/hotlines/", views.choose_hotlines, name="choose_hotlines"),
    path("new/", views.new_person, name="new_person"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/edit/", views.edit_person, name="edit_person"),
    path("<int:pk>/deactivate/", views.deactivate, name="deactivate"),
    path("<int:pk>/reactivate/", views.reactivate, name="reactivate"),
    path("<int:pk>/password/", views.new_password, name="new_password"),
    path("<int:pk>/token/", views.new_token, name="new_token"),
    path("<int:pk>/token/withdraw/", views.withdraw_token, name="withdraw_token"),
    path("<int:pk>/second-factor/remove/", views.remove_second_factor, name="remove_second_factor"),
]
