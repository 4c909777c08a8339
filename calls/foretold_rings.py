"""Why somebody would not be rung, or not at once: skills, their levels, what is preferred, and agencies, in words."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from calls.foretold_people import Candidate
from calls.foretold_way import Queued
from lines import wording
from lines.models import Hotline, RingOrder
from operators.models import AgencyRule
from operators.skills import bare


def rule(hotline: Hotline) -> str:
    """Who is rung first, and for how long."""
    if hotline.ring_order == RingOrder.FEWEST:
        first = _("Whoever answered the fewest calls today is rung first, each for %(seconds)s seconds.")
    else:
        first = _("Whoever has been free longest is rung first, each for %(seconds)s seconds.")
    said = [first % {"seconds": hotline.ring_seconds}]
    if hotline.preferred_skills:
        skills = ", ".join(hotline.preferred_skills)
        said.append(_("Those with %(skills)s come before the others.") % {"skills": skills})
    return " ".join(said)


def reasons(each: Candidate, queued: Queued, at: datetime) -> Iterator[str]:
    """Of skills and agencies, what keeps somebody from being rung when the call comes."""
    if not each.holds["skilled"]:
        yield _lacking(each, queued)
    if not each.holds["preferred"]:
        wishes = {"skills": ", ".join(queued.hotline.preferred_skills), "seconds": queued.hotline.preference_seconds}
        yield _("is rung after %(seconds)s seconds: until then only those with %(skills)s") % wishes
    if not each.holds["agency"]:
        yield _agency(each, queued.hotline, at)


def _lacking(each: Candidate, queued: Queued) -> str:
    missing = [skill for skill in queued.skills if skill not in each.marks]
    lacking = ", ".join(bare([skill])[0] for skill in missing if bare([skill])[0] not in each.skills)
    if lacking:
        return _("lacks the skill %(skills)s") % {"skills": lacking}
    low = {"skills": ", ".join(missing), "seconds": queued.hotline.level_seconds}
    if queued.hotline.level_seconds:
        return _("is rung after %(seconds)s seconds: until then the level %(skills)s is asked for") % low
    return _("has not the level %(skills)s") % low


def _agency(each: Candidate, hotline: Hotline, at: datetime) -> str:
    """Why the people of an agency are not rung: no rule, its hours, ours, or not before a while."""
    found = each.standing
    if found is None:
        return _("%(agency)s is not rung for this hotline") % {"agency": each.agency}
    if found.rings_from <= at < found.rings_until:
        told = {"agency": each.agency, "seconds": found.after}
        return _("%(agency)s is rung after %(seconds)s seconds") % told
    if found.rings_from == found.rings_until:
        return _("%(agency)s does not answer in the coming days") % {"agency": each.agency}
    told = {"agency": each.agency, "time": wording.moment_in_words(found.rings_from, hotline.zone, at)}
    if found.when == AgencyRule.When.OUTSIDE:
        return _("%(agency)s answers outside the opening hours only, next from %(time)s") % told
    return _("%(agency)s is closed until %(time)s") % told
