"""Addresses of the telephone page, the guided first call, the numbers, the browser's token, and callers' messages."""

from django.urls import path

from telephony import canary_views, check_views, number_views, views

app_name = "telephony"
urlpatterns = [
    path("simulator/", views.telephones, name="telephones"),
    path("guide/", views.guide_card, name="guide"),
    path("guide/start/", views.guide_start, name="guide_start"),
    path("guide/close/", views.guide_close, name="guide_close"),
    path("guide/register/", views.guide_register, name="guide_register"),
    path("numbers/", number_views.numbers, name="numbers"),
    path("numbers/check/", number_views.check, name="check_numbers"),
    path("numbers/<int:pk>/fix/", number_views.fix, name="fix_number"),
    path("numbers/<int:pk>/hotline/", number_views.change_hotline, name="number_hotline"),
    path("numbers/others/", number_views.strangers, name="other_numbers"),
    path("numbers/attach/", number_views.attach, name="attach_number"),
    path("numbers/search/", number_views.search, name="search_numbers"),
    path("numbers/buy/", number_views.buy, name="buy_number"),
    path("canary/", canary_views.canary, name="canary"),
    path("canary/call/", canary_views.call_all, name="canary_all"),
    path("canary/<slug:slug>/call/", canary_views.call_one, name="canary_call"),
    path("canary/<int:pk>/seen/", canary_views.seen, name="canary_seen"),
    path("my-telephone/", check_views.page, name="my_telephone"),
    path("my-telephone/found/", check_views.keep, name="my_telephone_found"),
    path("my-telephone/call/", check_views.ring, name="my_telephone_call"),
    path("my-telephone/standing/", check_views.standing, name="my_telephone_standing"),
    path("telephony/token/", views.token, name="token"),
    path("telephony/recording/<uuid:call_id>/<int:pk>/", views.recording, name="recording"),
    path("telephony/voicemail/<uuid:call_id>/", views.voicemail, name="voicemail"),
]
