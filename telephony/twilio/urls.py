"""The addresses the carrier knows: voice, status and fallback are set on the numbers, our TwiML names the rest."""

from django.urls import path

from telephony.twilio import callers, operators, outside, recorded

app_name = "twilio"
urlpatterns = [
    path("voice/", callers.voice, name="voice"),
    path("status/", callers.status, name="status"),
    path("fallback/", callers.fallback, name="fallback"),
    path("wait/<uuid:call_id>/", callers.wait, name="wait"),
    path("wait/<uuid:call_id>/key/", callers.key, name="key"),
    path("next/<uuid:call_id>/", callers.next_step, name="next"),
    path("recording/<uuid:call_id>/", callers.recording, name="recording"),
    path("consent/<uuid:call_id>/", recorded.answer, name="consent"),
    path("recorded/<uuid:call_id>/", recorded.status, name="recorded"),
    path("survey/<uuid:call_id>/", recorded.survey, name="survey"),
    path("conference/<uuid:call_id>/", callers.conference, name="conference"),
    path("hold/", callers.hold, name="hold"),
    path("outside/<uuid:leg_id>/", outside.answered, name="outside"),
    path("outside/<uuid:leg_id>/done/", outside.done, name="outside_done"),
    path("outside/<uuid:leg_id>/status/", outside.status, name="outside_status"),
    path("operator/<uuid:offer_id>/", operators.answered, name="operator"),
    path("operator/<uuid:offer_id>/key/", operators.key, name="operator_key"),
    path("operator/<uuid:offer_id>/done/", operators.done, name="operator_done"),
    path("operator/<uuid:offer_id>/status/", operators.status, name="operator_status"),
]
