"""The addresses the carrier knows: voice, status and fallback are set on the numbers, our TwiML names the rest."""

from django.urls import path

from telephony.twilio import callbacks, callers, operators, outside, recorded, supervisors, test_call

app_name = "twilio"
urlpatterns = [
    path("voice/", callers.voice, name="voice"),
    path("status/", callers.status, name="status"),
    path("fallback/", callers.fallback, name="fallback"),
    path("gate/<uuid:call_id>/<int:attempt>/", callers.gate, name="gate"),
    path("menu/<uuid:call_id>/<int:number>/", callers.menu, name="menu"),
    path("wait/<uuid:call_id>/", callers.wait, name="wait"),
    path("wait/<uuid:call_id>/key/", callers.key, name="key"),
    path("wait/<uuid:call_id>/number/", callbacks.number, name="callback_number"),
    path("wait/<uuid:call_id>/confirm/", callbacks.confirm, name="callback_confirm"),
    path("callback/<uuid:call_id>/", callbacks.answered, name="callback"),
    path("callback/<uuid:call_id>/key/", callbacks.key, name="callback_key"),
    path("callback/<uuid:call_id>/status/", callbacks.status, name="callback_status"),
    path("next/<uuid:call_id>/", callers.next_step, name="next"),
    path("recording/<uuid:call_id>/", callers.recording, name="recording"),
    path("consent/<uuid:call_id>/", recorded.answer, name="consent"),
    path("recorded/<uuid:call_id>/", recorded.status, name="recorded"),
    path("survey/<uuid:call_id>/", recorded.survey, name="survey"),
    path("conference/<uuid:call_id>/", callers.conference, name="conference"),
    path("hold/", callers.hold, name="hold"),
    path("test/<uuid:call_id>/", test_call.answered, name="test"),
    path("test/<uuid:call_id>/key/", test_call.key, name="test_key"),
    path("test/<uuid:call_id>/status/", test_call.status, name="test_status"),
    path("outside/<uuid:leg_id>/", outside.answered, name="outside"),
    path("outside/<uuid:leg_id>/key/", outside.key, name="outside_key"),
    path("outside/<uuid:leg_id>/done/", outside.done, name="outside_done"),
    path("outside/<uuid:leg_id>/status/", outside.status, name="outside_status"),
    path("operator/<uuid:offer_id>/", operators.answered, name="operator"),
    path("operator/<uuid:offer_id>/key/", operators.key, name="operator_key"),
    path("operator/<uuid:offer_id>/done/", operators.done, name="operator_done"),
    path("operator/<uuid:offer_id>/status/", operators.status, name="operator_status"),
    path("supervisor/<uuid:attendance_id>/", supervisors.answered, name="supervisor"),
    path("supervisor/<uuid:attendance_id>/key/", supervisors.key, name="supervisor_key"),
    path("supervisor/<uuid:attendance_id>/done/", supervisors.done, name="supervisor_done"),
    path("supervisor/<uuid:attendance_id>/status/", supervisors.status, name="supervisor_status"),
]
