"""The lines of the desks as the live stream brings them: a topic `lines:<language>` that desks alone listen to.

Each change of a line concerns every desk of its hotline. Asking for it cost more than all else that a hundred desks
did; made here it is one query and a few templates for all of them.
"""

from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from desk.lines import TOPIC, lines_of_people
from hotline.core.live_parts import Part, Wish
from operators.second_factor import lacking

starts = TOPIC


def make(wishes: set[Wish]) -> dict[Wish, Part]:
    """What each of these people is to see of their lines. Two or three queries for any number of them."""
    at, made = timezone.now(), {}
    people = {user_id for user_id, _name in wishes}
    found = lines_of_people(people - lacking(people))
    languages = dict(settings.LANGUAGES)
    for user_id, name in wishes:
        lines, language = found.get(user_id), name.removeprefix(TOPIC)
        if lines and language in languages:
            with override(language):
                made[user_id, name] = Part(lines.shown(at).whole, lines.heard)
    return made
