"""The addresses of the live screens."""

from django.urls import path

from desk import acts, board_acts, recording_acts, screens, views, wallboard

app_name = "desk"
urlpatterns = [
    path("desk/", views.page, name="desk"),
    path("desk/now/", views.now, name="now"),
    path("desk/waiting/", views.waiting, name="waiting"),
    path("desk/answers/", views.answers, name="answers"),
    path("desk/texts/", views.texts, name="texts"),
    path("desk/state/", acts.choose_state, name="state"),
    path("desk/by-hand/", acts.by_hand, name="by_hand"),
    path("desk/heartbeat/", acts.heartbeat, name="heartbeat"),
    path("desk/offers/<uuid:offer_id>/decline/", acts.decline, name="decline"),
    path("desk/calls/<uuid:call_id>/hang-up/", acts.hang_up, name="hang_up"),
    path("desk/calls/<uuid:call_id>/recording/", recording_acts.recording, name="recording"),
    path("desk/calls/<uuid:call_id>/draft/", acts.draft, name="draft"),
    path("desk/calls/<uuid:call_id>/note/", acts.save, name="save"),
    path("board/", wallboard.page, name="board"),
    path("board/now/", wallboard.now, name="board_now"),
    path("board/people/<int:pk>/", board_acts.person, name="board_person"),
    path("board/people/<int:pk>/state/", board_acts.set_state, name="board_state"),
    path("board/people/<int:pk>/release/", board_acts.release, name="board_release"),
    path("board/calls/<uuid:call_id>/next/", board_acts.bring_forward, name="board_next"),
    path("board/hotlines/<slug:slug>/", board_acts.hotline, name="board_hotline"),
    path("board/hotlines/<slug:slug>/reopen/", board_acts.reopen, name="board_reopen"),
    path("board/links/", screens.board_links, name="board_links"),
    path("board/links/<int:pk>/revoke/", screens.revoke, name="revoke_board_link"),
    path("tv/<str:secret>/", screens.tv, name="tv"),
    path("tv/<str:secret>/now/", screens.tv_now, name="tv_now"),
]
