"""A caller for desk tests: a call as the carrier's webhooks make it, step by step."""

import re

from calls.models import Call, Offer
from tests.world import CarrierHand, inbound, number_of, sid


class Caller:
    """Dials a hotline through the signed webhooks and lets an operator's leg answer or hang up."""

    def __init__(self, line, number="+4791234567"):
        self.carrier, self.form = CarrierHand(), inbound(number_of(line), caller=number)
        arrived = self.carrier.post("/twilio/voice/", self.form).content.decode()
        queue = {"QueueSid": sid("QU"), "QueueTime": "0"}
        self.carrier.post(re.search(r'waitUrl="([^"]+)"', arrived)[1], self.form | queue)
        self.leg = {"CallSid": sid(), "CallStatus": "in-progress"}

    @property
    def call(self):
        return Call.objects.get(carrier_ref=self.form["CallSid"])

    @property
    def offer(self):
        return Offer.objects.get(call=self.call, state="ringing")

    def answered(self):
        self.accepted = self.offer
        self.carrier.post(f"/twilio/operator/{self.accepted.pk}/", self.leg)
        return self

    def operator_left(self):
        self.carrier.post(f"/twilio/operator/{self.accepted.pk}/done/", self.leg)
        self.hung_up()
        return self

    def hung_up(self):
        self.carrier.post("/twilio/status/", self.form | {"CallStatus": "completed", "CallDuration": "9"})
        return self
