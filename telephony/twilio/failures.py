"""How a question to the carrier fails, under names of ours: outside this folder nobody imports its library."""

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

# It answered and said no, with a `status` and a `code`.
Refusal = TwilioRestException
# It said no, said nothing, or is out of reach.
FAILURES: tuple[type[Exception], ...] = (requests.RequestException, TwilioException, OSError)
