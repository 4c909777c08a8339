"""Whether our numbers lead to us at the carrier: compared daily, at a button's press, and mended at another's."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from hotline.core import audit
from lines import services as lines
from lines.models import Hotline, Number
from lines.numbers import SHORT_DIGITS
from operators.alarms import mail_administrators
from telephony.models import Pointing
from telephony.twilio import numbers as carrier
from telephony.twilio.numbers import Owned, Refused

State = Pointing.State


def check(at: datetime, *, by: Any = None) -> list[Pointing]:
    """Compare every number in use with the carrier, and tell administrators of what stopped pointing at us.

    Raises Refused when the carrier does not say; nothing is then changed.
    """
    ours = list(Number.objects.filter(active=True).select_related("hotline", "pointing"))
    theirs = {each.number: each for each in carrier.owned(also=[n.number for n in ours if not comes_by_forwarding(n)])}
    found = [_remember(number, theirs.get(number.number), at=at, by=by) for number in ours]
    _alarm([each for each in found if each.wrong and each.alarmed_at is None], at)
    return found


def comes_by_forwarding(number: Number) -> bool:
    """An office telephone or a short national number reaches us through another number; the carrier has none such."""
    return number.kind == Number.Kind.FORWARDED or len(number.number) <= SHORT_DIGITS


def _remember(number: Number, owned: Owned | None, *, at: datetime, by: Any) -> Pointing:
    state, differs = _judge(number, owned)
    before = getattr(number, "pointing", None)
    wrong = state in (State.ELSEWHERE, State.UNKNOWN)
    facts = {
        "state": state,
        "differs": differs,
        "checked_at": at,
        "checked_by": by if by and by.pk else None,
        "wrong_since": (before.wrong_since if before and before.wrong_since else at) if wrong else None,
        "alarmed_at": before.alarmed_at if before and wrong else None,
    }
    kept, _made = Pointing.objects.update_or_create(number=number, defaults=facts)
    if owned and number.carrier_ref != owned.ref:
        Number.objects.filter(pk=number.pk).update(carrier_ref=owned.ref)
    return kept


def _judge(number: Number, owned: Owned | None) -> tuple[str, dict[str, str]]:
    if owned is None:
        return (State.FORWARDED if comes_by_forwarding(number) else State.UNKNOWN), {}
    differs = owned.differs()
    return (State.ELSEWHERE, differs) if differs else (State.HERE, {})


def _alarm(wrong: list[Pointing], at: datetime) -> None:
    """One mail for all that went wrong since the last check; a number is told of once."""
    if not wrong:
        return
    told = "\n".join(f"{each.number} ({each.number.hotline}): {each.get_state_display()}" for each in wrong)
    text = _("Calls to these numbers do not reach the hotline:\n\n%(numbers)s\n\nLook and mend: %(url)s/numbers/\n")
    mail_administrators(
        _("Numbers that do not point at the hotline"), text % {"numbers": told, "url": settings.PUBLIC_URL}
    )
    Pointing.objects.filter(pk__in=[each.pk for each in wrong]).update(alarmed_at=at)


def fix(number: Number, *, by: Any, at: datetime) -> Pointing:
    """Point a number at us. Raises Refused with the carrier's reason in words."""
    owned = next((each for each in carrier.owned(also=[number.number]) if each.number == number.number), None)
    if owned is None:
        raise Refused(_("%(number)s is not in the account of the telephone provider.") % {"number": number})
    owned = carrier.point_here(owned)
    audit.record(by=by, verb="number.pointed_here", subject=f"number {number.pk}")
    return _remember(_fresh(number), owned, at=at, by=by)


def attach(number: str, hotline: Hotline, *, by: Any, at: datetime, **facts: Any) -> Number:
    """Make a number of the account ours: it leads to `hotline`, and the carrier sends its calls here.

    Raises Refused, or lines.services.Refused; the carrier is asked before anything is written.
    """
    owned = next((each for each in carrier.owned() if each.number == number), None)
    if owned is None:
        raise Refused(_("%(number)s is not in the account of the telephone provider.") % {"number": number})
    return _take_in(carrier.point_here(owned), hotline, by=by, at=at, **facts)


def buy(number: str, hotline: Hotline, *, by: Any, at: datetime, **facts: Any) -> Number:
    """Buy a number and let it lead to `hotline`. Raises Refused, or lines.services.Refused."""
    if Number.objects.filter(number=number).exists():
        raise Refused(_("%(number)s is ours already.") % {"number": number})
    return _take_in(carrier.buy(number), hotline, by=by, at=at, bought=True, **facts)


def _take_in(owned: Owned, hotline: Hotline, *, by: Any, at: datetime, bought: bool = False, **facts: Any) -> Number:
    with transaction.atomic():
        added = lines.add_number(hotline, number=owned.number, by=by, **facts)
        audit.record(by=by, verb="number.bought" if bought else "number.attached", subject=f"number {added.pk}")
        _remember(added, owned, at=at, by=by)
    return added


def strangers() -> list[Owned]:
    """Numbers of the account that lead to no hotline of ours. Raises Refused."""
    known = set(Number.objects.values_list("number", flat=True))
    return [each for each in carrier.owned() if each.number not in known]


def shown(visible: Iterable[Hotline]) -> list[Number]:
    """The numbers of some hotlines, with what is known of where they point. One query."""
    found = Number.objects.filter(hotline__in=visible).select_related("hotline", "pointing__checked_by")
    return list(found.order_by("-active", "number"))


def _fresh(number: Number) -> Number:
    return Number.objects.select_related("hotline", "pointing").get(pk=number.pk)
