"""What a hotline still needs before callers are served as they should be."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from lines.models import Hotline


@dataclass(frozen=True)
class Lack:
    """Something missing, what happens without it, and whether callers are turned away for it."""

    sentence: str
    serious: bool


def lacks(hotline: Hotline) -> list[Lack]:
    """What is missing, the serious first. A few queries. Callers are served without it, by what is usual."""
    operators = list(hotline.operators.filter(active=True).values_list("skill_marks", "languages"))
    found = [*_way_in(hotline), *_people(hotline, operators), *_words(hotline)]
    return sorted(found, key=lambda lack: not lack.serious)


def _way_in(hotline: Hotline) -> list[Lack]:
    found = []
    if not hotline.active:
        found.append(Lack(_("The hotline is not in use: its callers hear that the number is not in use."), True))
    if not any(number.active for number in hotline.numbers.all()):
        found.append(Lack(_("No number leads here, so nobody can call."), True))
    if not hotline.opening_rules.exists():
        found.append(Lack(_("There are no opening hours, so it is closed."), True))
    return found


def _people(hotline: Hotline, operators: list[tuple[list[str], list[str]]]) -> list[Lack]:
    if not operators and _sends_on(hotline):
        return []
    if not operators:
        return [Lack(_("No operator serves it: callers go to voicemail, or hear that nobody is there."), True)]
    found = []
    skilled = [row for row in operators if set(hotline.skills) <= set(row[0])]
    if not skilled:
        needed = ", ".join(hotline.skills)
        found.append(Lack(_("No operator has the skills it asks for: %(skills)s.") % {"skills": needed}, True))
    if hotline.preferred_skills and not any(set(hotline.preferred_skills) <= set(row[0]) for row in operators):
        needed = ", ".join(hotline.preferred_skills)
        found.append(Lack(_("No operator has the skills it prefers: %(skills)s.") % {"skills": needed}, False))
    spoken = hotline.languages[0] if hotline.languages else "en"
    if not any(not languages or spoken in languages for _skills, languages in operators):
        found.append(Lack(_("No operator speaks its first language, %(language)s.") % {"language": spoken}, True))
    return found


def _sends_on(hotline: Hotline) -> bool:
    """Whether others answer where nobody is signed on: its call plan says so."""
    content = hotline.call_plans.filter(state="published").values_list("content", flat=True).first() or {}
    return content.get("ends", {}).get("nobody", {}).get("to") in ("telephone", "hotline")


def _words(hotline: Hotline) -> list[Lack]:
    found = []
    if not hotline.greeting.strip():
        found.append(Lack(_("It has no greeting of its own; callers hear the usual words."), False))
    if not hotline.closed_message.strip():
        found.append(Lack(_("It has no closed message of its own; callers hear the usual words."), False))
    if not hotline.voicemail_enabled:
        found.append(Lack(_("It has no voicemail: whoever is not answered is told to call again."), False))
    return found
