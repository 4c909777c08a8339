"""What may happen to a call in any of its states, by the means by which it happens in the world."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from lines import services as lines
from operators.models import Operator, Presence
from scheduling.models import Break, Shift
from tests.flows.scenes import SOON, Scene
from tests.system import until

A_CLOSED_DESK = timedelta(seconds=61)  # a desk page unseen for so long is a closed browser


def caller_hangs_up(scene: Scene) -> None:
    """Whoever is called back declines instead."""
    scene.at = timezone.now()
    if scene.caller is None:
        scene.handset.decline()
    else:
        scene.caller.hang_up()


def operator_hangs_up(scene: Scene) -> None:
    leg = scene.leg
    if leg is None and scene.kari.device == "phone":
        leg = scene.desk.answer(SOON).wait_for("Press 1", SOON)
    scene.at = timezone.now()
    if leg is not None:
        leg.hang_up()
    else:
        scene.desk.decline()


def browser_dies(scene: Scene) -> None:
    """The telephone in it is cut off, and no word comes from the desk page any more."""
    Operator.objects.filter(pk=scene.kari.pk).update(desk_seen_at=timezone.now() - A_CLOSED_DESK)
    scene.at = timezone.now()
    scene.desk.unplug()


def callbacks_lost(scene: Scene) -> None:
    """No word of the carrier about any leg of the call arrives any more; and then the caller hangs up."""
    for leg_ref in scene.legs():
        scene.system.carrier.fault("lose", call=leg_ref, times=0)
    caller_hangs_up(scene)


def target_is_busy(scene: Scene) -> None:
    scene.there.decline()


def target_does_not_answer(scene: Scene) -> None:
    """Nobody picks up, and the ring time of the hotline passes."""
    scene.transfer_is("failed")


def target_is_a_voicemail_box(scene: Scene) -> None:
    scene.there.voicemail(SOON)


def supervisor_takes_over(scene: Scene) -> None:
    """Whoever is not in the call yet is rung, and picks up."""
    telephone = scene.plug(scene.system.telephone_of(scene.siri)) if scene.boss is None else None
    scene.reply = scene.api("take-over", by=scene.siri)
    if scene.reply.status_code == 202 and telephone is not None:
        scene.boss = telephone.answer(SOON)


def _shift(scene: Scene, *, began: timedelta, ends: timedelta, pause: timedelta) -> Break:
    now = timezone.now()
    shift = Shift.objects.create(operator=scene.kari, starts_at=now - began, ends_at=now + ends)
    starts = now - pause
    return Break.objects.create(
        shift=shift, kind=Break.Kind.SHORT, starts_at=starts, ends_at=starts + timedelta(minutes=15)
    )


def break_is_due(scene: Scene) -> None:
    planned = _shift(scene, began=timedelta(hours=4), ends=timedelta(hours=4), pause=timedelta(0))
    taken = Break.objects.filter(pk=planned.pk, begun_at__isnull=False)
    kept = Operator.objects.filter(pk=scene.kari.pk, next_state=Presence.BREAK)
    until(lambda: taken.exists() or kept.exists(), within=SOON, what="the break, or that it comes next")


def shift_ends(scene: Scene) -> None:
    """With a break that was planned in it and is not owed any more: the switchboard has seen the end when it says so."""
    planned = _shift(scene, began=timedelta(hours=8), ends=-timedelta(seconds=1), pause=timedelta(minutes=10))
    until(Break.objects.filter(pk=planned.pk, finished_at__isnull=False).exists, within=SOON, what="the shift's end")


def closed_now(scene: Scene) -> None:
    lines.close_now(scene.line, reason="Fire drill", by=scene.siri, at=timezone.now())


def nothing_more(scene: Scene) -> None:
    """What befalls all calls at once happens between the building of the scenes and this: see test_table.py."""


EVENTS: dict[str, Callable[[Scene], None]] = {
    "caller hangs up": caller_hangs_up,
    "operator hangs up": operator_hangs_up,
    "operator's browser dies": browser_dies,
    "callbacks lost": callbacks_lost,
    "target busy": target_is_busy,
    "target does not answer": target_does_not_answer,
    "target is a voicemail box": target_is_a_voicemail_box,
    "supervisor takes over": supervisor_takes_over,
    "break due": break_is_due,
    "shift ends": shift_ends,
    "hotline closed now": closed_now,
    "web process killed": nothing_more,
}
