"""The addresses the carrier knows: voice, status and fallback are set on the numbers, our TwiML names the rest."""

from django.urls import path

from telephony.twilio import callbacks, callers, operators

app_name = "twilio"
urlpatterns = [
    path("voice/", callers.voice, name="voice"),
    path("status/", callers.status, name="status"),
    path("fallback/", callers.fallback, name="fallback"),
    path("wait/<uuid:call_id>/", callers.wait, name="wait"),
    path("wait/<uuid:call_id>/key/", callers.key, name="key"),
    path("wait/<uuid:call_id>/number/", callbacks.number, name="callback_number"),
    path("wait/<uuid:call_id>/confirm/", callbacks.confirm, name="callback_confirm"),
    path("callback/<uuid:call_id>/", callbacks.answered, name="callback"),
    path("callback/<uuid:call_id>/key/", callbacks.key, name="callback_key"),
    path("callback/<uuid:call_id>/status/", callbacks.status, name="callback_status"),
    path("next/<uuid:call_id>/", callers.next_step, name="next"),
    path("recording/<uuid:call_id>/", callers.recording, name="recording"),
    path("conference/<uuid:call_id>/", callers.conference, name="conference"),
    path("operator/<uuid:offer_id>/", operators.answered, name="operator"),
    path("operator/<uuid:offer_id>/key/", operators.key, name="operator_key"),
    path("operator/<uuid:offer_id>/done/", operators.done, name="operator_done"),
    path("operator/<uuid:offer_id>/status/", operators.status, name="operator_status"),
]
