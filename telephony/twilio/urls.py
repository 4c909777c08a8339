"""The addresses the carrier knows: voice, status and fallback are set on the numbers, our TwiML names the rest."""

from django.urls import path

from telephony.twilio import callers, operators

app_name = "twilio"
urlpatterns = [
    path("voice/", callers.voice, name="voice"),
    path("status/", callers.status, name="status"),
    path("fallback/", callers.fallback, name="fallback"),
    path("gate/<uuid:call_id>/<int:attempt>/", callers.gate, name="gate"),
    path("menu/<uuid:call_id>/<int:number>/", callers.menu, name="menu"),
    path("wait/<uuid:call_id>/", callers.wait, name="wait"),
    path("wait/<uuid:call_id>/key/", callers.key, name="key"),
    path("next/<uuid:call_id>/", callers.next_step, name="next"),
    path("recording/<uuid:call_id>/", callers.recording, name="recording"),
    path("conference/<uuid:call_id>/", callers.conference, name="conference"),
    path("operator/<uuid:offer_id>/", operators.answered, name="operator"),
    path("operator/<uuid:offer_id>/key/", operators.key, name="operator_key"),
    path("operator/<uuid:offer_id>/done/", operators.done, name="operator_done"),
    path("operator/<uuid:offer_id>/status/", operators.status, name="operator_status"),
]
