"""The floor: the smallest Django view that checks the signature, inserts one row and answers TwiML.

On the same server, threads, database settings and kept connections as the product; no middleware.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hotline.settings")

import django

django.setup()

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

from telephony.twilio.entry import WebhookHandler


class FloorCall(models.Model):
    sid = models.CharField(max_length=64)
    caller = models.CharField(max_length=64)
    called = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        db_table = "bench_floor"


def make_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(FloorCall)


validator = RequestValidator(settings.TWILIO_AUTH_TOKEN)


@csrf_exempt
def voice(request: HttpRequest) -> HttpResponse:
    url = settings.PUBLIC_URL + request.get_full_path()
    if not validator.validate(url, request.POST, request.headers.get("X-Twilio-Signature", "")):
        return HttpResponseForbidden()
    FloorCall.objects.create(sid=request.POST["CallSid"], caller=request.POST["From"], called=request.POST["To"])
    answer = VoiceResponse()
    answer.say("Welcome")
    answer.enqueue("support", wait_url=f"{settings.PUBLIC_URL}/wait/")
    return HttpResponse(str(answer), content_type="text/xml")


urlpatterns = [path("floor/voice/", voice)]


class _Handler(WebhookHandler):
    def get_response(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = "bench.floor"
        return super().get_response(request)


application = WSGIMiddleware(_Handler(), workers=settings.WEB_THREADS)
