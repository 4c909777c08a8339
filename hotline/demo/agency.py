"""The demo's evening agency of the web shop, and the skill that the admissions office prefers.

The agency's two people have no password until somebody gives them one: programs that try the demo from outside are
told of the house's own operators alone.
"""

from datetime import datetime, time

from calls import agencies
from lines.models import Hotline
from operators.models import Agency, AgencyRule, Operator, User

_PEOPLE = (("tuva", "Tuva", "Myhre", "+4748810021"), ("jonas", "Jonas", "Skar", "+4748810022"))
_EVENING = (time(16), time(23))
_DECIDERS = 3  # of the admissions office's people, how many know of decisions


def bring_in(webshop: Hotline, at: datetime) -> None:
    """Two people of an agency are rung for the web shop in the evening, when a caller has waited half a minute."""
    agencies.save(
        Agency(name="Kveldsvakt", time_zone=webshop.time_zone),
        by=User.objects.filter(role=User.Role.ADMINISTRATOR).first(),
        at=at,
        week=dict.fromkeys(range(7), _EVENING),
        members=[_person(*each, webshop) for each in _PEOPLE],
        rules=[agencies.Rule(webshop, AgencyRule.When.AFTER, 30)],
    )


def _person(username: str, first: str, last: str, phone: str, hotline: Hotline) -> Operator:
    user = User(username=username, first_name=first, last_name=last, email=f"{username}@kveldsvakt.example")
    user.language = hotline.languages[0]
    user.set_unusable_password()
    user.save()
    operator = Operator.objects.create(
        user=user, display_name=first, identity=f"op_{username}", phone=phone, languages=["nb", "en"]
    )
    user.hotlines.add(hotline)
    operator.hotlines.add(hotline)
    return operator


def prefer(admissions: Hotline) -> None:
    """Calls ring first at those who know of decisions; one of them is an expert, one still learns."""
    Hotline.objects.filter(pk=admissions.pk).update(preferred_skills=["decisions:2"])
    deciders = Operator.objects.filter(hotlines=admissions).order_by("pk")[:_DECIDERS]
    for operator, level in zip(deciders, (3, 2, 1), strict=False):
        operator.skills, operator.skill_levels = ["decisions"], {} if level == 2 else {"decisions": level}
        operator.save(update_fields=["skills", "skill_levels"])
