"""Addresses of the knowledge."""

from django.urls import path

from knowledge import views

app_name = "knowledge"
urlpatterns = [
    path("", views.knowledge, name="knowledge"),
    path("questions/new/", views.question, name="new_question"),
    path("questions/<int:pk>/", views.question, name="question"),
    path("questions/<int:pk>/remove/", views.remove, {"kind": "question"}, name="remove_question"),
    path("contacts/new/", views.contact, name="new_contact"),
    path("contacts/<int:pk>/", views.contact, name="contact"),
    path("contacts/<int:pk>/remove/", views.remove, {"kind": "contact"}, name="remove_contact"),
    path("texts/new/", views.snippet, name="new_snippet"),
    path("texts/<int:pk>/", views.snippet, name="snippet"),
    path("texts/<int:pk>/remove/", views.remove, {"kind": "snippet"}, name="remove_snippet"),
    path("scripts/new/", views.edit_script, name="new_script"),
    path("scripts/<int:pk>/", views.script, name="script"),
    path("scripts/<int:pk>/edit/", views.edit_script, name="edit_script"),
    path("scripts/<int:pk>/remove/", views.remove, {"kind": "script"}, name="remove_script"),
]
