"""The addresses of the live screens."""

from django.urls import path

from desk import acts, views, wallboard

app_name = "desk"
urlpatterns = [
    path("desk/", views.page, name="desk"),
    path("desk/now/", views.now, name="now"),
    path("desk/waiting/", views.waiting, name="waiting"),
    path("desk/chip/", views.chip, name="chip"),
    path("desk/answers/", views.answers, name="answers"),
    path("desk/texts/", views.texts, name="texts"),
    path("desk/state/", acts.choose_state, name="state"),
    path("desk/by-hand/", acts.by_hand, name="by_hand"),
    path("desk/heartbeat/", acts.heartbeat, name="heartbeat"),
    path("desk/offers/<uuid:offer_id>/decline/", acts.decline, name="decline"),
    path("desk/calls/<uuid:call_id>/hang-up/", acts.hang_up, name="hang_up"),
    path("desk/calls/<uuid:call_id>/draft/", acts.draft, name="draft"),
    path("desk/calls/<uuid:call_id>/note/", acts.save, name="save"),
    path("board/", wallboard.page, name="board"),
    path("board/now/", wallboard.now, name="board_now"),
]
