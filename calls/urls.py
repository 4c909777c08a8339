"""Addresses of the register."""

from django.urls import path

from calls import blocking_views, list_views, recording_views, views

app_name = "calls"
urlpatterns = [
    path("", list_views.register, name="register"),
    path("news/", list_views.news, name="news"),
    path("look/", list_views.look, name="look"),
    path("costs/", list_views.costs, name="costs"),
    path("export/", list_views.export, name="export"),
    path("blocked/", blocking_views.blocked, name="blocked"),
    path("blocked/<int:pk>/lift/", blocking_views.lift_block, name="lift_block"),
    path("views/", list_views.save_view, name="save_view"),
    path("views/<int:pk>/remove/", list_views.remove_view, name="remove_view"),
    path("views/<int:pk>/restore/", list_views.restore_view, name="restore_view"),
    path("<uuid:pk>/", views.call, name="call"),
    path("<uuid:pk>/drawer/", views.drawer, name="drawer"),
    path("<uuid:pk>/note/", views.note, name="note"),
    path("<uuid:pk>/block/", blocking_views.block, name="block"),
    path("<uuid:pk>/reveal/", views.reveal, name="reveal"),
    path("<uuid:pk>/recordings/<int:recording_id>/remove/", recording_views.remove, name="remove_recording"),
    path("<uuid:pk>/voicemail/done/", views.voicemail_done, name="voicemail_done"),
]
