"""The addresses of the live screens."""

from django.urls import path

from desk import acts, board_acts, calling_out, in_call, recording_acts, screens, supervising, views, wallboard

app_name = "desk"
urlpatterns = [
    path("desk/", views.page, name="desk"),
    path("desk/now/", views.now, name="now"),
    path("desk/waiting/", views.waiting, name="waiting"),
    path("desk/answers/", views.answers, name="answers"),
    path("desk/texts/", views.texts, name="texts"),
    path("desk/state/", acts.choose_state, name="state"),
    path("desk/done/", acts.done, name="done"),
    path("desk/by-hand/", acts.by_hand, name="by_hand"),
    path("desk/call-out/", calling_out.call_out, name="call_out"),
    path("desk/call-out/targets/", calling_out.targets, name="call_out_targets"),
    path("desk/heartbeat/", acts.heartbeat, name="heartbeat"),
    path("desk/offers/<uuid:offer_id>/decline/", acts.decline, name="decline"),
    path("desk/calls/<uuid:call_id>/hang-up/", acts.hang_up, name="hang_up"),
    path("desk/calls/<uuid:call_id>/hold/", in_call.hold, name="hold"),
    path("desk/calls/<uuid:call_id>/resume/", in_call.resume, name="resume"),
    path("desk/calls/<uuid:call_id>/pass-on/", in_call.pass_on, name="pass_on"),
    path("desk/calls/<uuid:call_id>/pass-on/targets/", in_call.targets, name="targets"),
    path("desk/calls/<uuid:call_id>/pass-on/complete/", in_call.complete, name="complete"),
    path("desk/calls/<uuid:call_id>/pass-on/cancel/", in_call.cancel, name="cancel"),
    path("desk/calls/<uuid:call_id>/recording/", recording_acts.recording, name="recording"),
    path("desk/calls/<uuid:call_id>/draft/", acts.draft, name="draft"),
    path("desk/calls/<uuid:call_id>/note/", acts.save, name="save"),
    path("desk/calls/<uuid:call_id>/help/", acts.ask_for_help, name="help"),
    path("supervising/", supervising.now, name="supervising"),
    path("supervising/<uuid:call_id>/leave/", supervising.leave, name="leave_call"),
    path("supervising/<uuid:call_id>/<slug:way>/", supervising.attend, name="attend"),
    path("board/", wallboard.page, name="board"),
    path("board/now/", wallboard.now, name="board_now"),
    path("board/people/<int:pk>/", board_acts.person, name="board_person"),
    path("board/people/<int:pk>/state/", board_acts.set_state, name="board_state"),
    path("board/people/<int:pk>/release/", board_acts.release, name="board_release"),
    path("board/calls/<uuid:call_id>/next/", board_acts.bring_forward, name="board_next"),
    path("board/calls/<uuid:call_id>/back/", board_acts.put_back, name="board_back"),
    path("board/calls/<uuid:call_id>/move/", board_acts.move, name="board_move"),
    path("board/hotlines/<slug:slug>/", board_acts.hotline, name="board_hotline"),
    path("board/hotlines/<slug:slug>/reopen/", board_acts.reopen, name="board_reopen"),
    path("board/links/", screens.board_links, name="board_links"),
    path("board/links/<int:pk>/revoke/", screens.revoke, name="revoke_board_link"),
    path("tv/<str:secret>/", screens.tv, name="tv"),
    path("tv/<str:secret>/now/", screens.tv_now, name="tv_now"),
]
