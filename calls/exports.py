"""Calls as a file for a spreadsheet: masked, streamed, safe to open, and never unremembered."""

import csv
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from calls.models import Call
from calls.numbers import mask
from calls.pricing import cost
from calls.register import NEWEST, Filter, Found, find, key_of, older_than, parse_key, rows
from hotline.core.audit import record
from operators.models import User

EXPORTED = "register.exported"
MOST = 50_000
BATCH = 1000
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_SPACES = " \u00a0\n"


class _Echo:
    """What a csv writer writes into: the line is handed back."""

    def write(self, line: str) -> str:
        return line


def export(
    user: User, hotline_ids: list[int], wanted: Filter, *, reason: str, asked: str, numbers: bool, notes: bool
) -> Iterator[str]:
    """The file's lines, newest call first, MOST at most; a last line says so if there were more.

    Who took what and why is audited before the first line. `asked` is the filter as it stood in the address, without
    the words searched for.
    """
    detail = {"reason": reason, "filter": asked, "hotlines": wanted.among, "whole_numbers": numbers, "notes": notes}
    record(by=user, verb=EXPORTED, subject="register", **detail)
    found = find(user, hotline_ids, wanted)
    return _lines(found, numbers=numbers, notes=notes)


def _lines(found: Found, *, numbers: bool, notes: bool) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(_head(notes=notes))  # a spreadsheet knows by the mark that this is UTF-8
    for written, call in enumerate(_calls(found)):
        if written == MOST:
            more = _("There are more calls. This file holds the newest %(most)s of them.") % {"most": f"{MOST:,}"}
            yield writer.writerow([more])
            return
        yield writer.writerow([safe(cell) for cell in _row(call, numbers=numbers, notes=notes)])


def _calls(found: Found) -> Iterator[Call]:
    """Batch by batch by key: no cursor is held open while a slow reader takes the file."""
    calls = found.calls.select_related(None)
    key = ""
    while True:
        where = parse_key(key)
        batch = older_than(calls, where) if where else calls
        ids = list(batch.order_by(*NEWEST).values_list("pk", flat=True)[:BATCH])
        some = list(rows(Call.objects.filter(pk__in=ids)).select_related("tariff"))
        yield from some
        if len(ids) < BATCH:
            return
        key = key_of(some[-1])


def _head(*, notes: bool) -> list[str]:
    columns = [
        _("Call"),
        _("Arrived"),
        _("Hotline"),
        _("Caller"),
        _("Operator"),
        _("Wait, seconds"),
        _("Talk, seconds"),
        _("Outcome"),
        _("Topic"),
        _("Note’s outcome"),
        _("Recovered"),
        _("Voicemail"),
        _("Called within 7 days before"),
        _("Cost to the caller"),
        _("Currency"),
        _("Cost to us"),
        _("Currency of that"),
        _("Consent to recording"),
        _("Helped, 1 to 5"),
    ]
    return [*columns, _("Name"), _("Summary")] if notes else columns


def _row(call: Call, *, numbers: bool, notes: bool) -> list[Any]:
    note = getattr(call, "note", None)
    zone = ZoneInfo(call.hotline.time_zone) if call.hotline else ZoneInfo("UTC")
    cells = [
        call.pk,
        call.arrived_at.astimezone(zone).isoformat(timespec="seconds"),
        call.hotline,
        call.caller_number if numbers else mask(call.caller_number, call.caller_kind),
        call.operator,
        _seconds(call.wait_seconds),
        _seconds(call.talk_seconds),
        call.get_outcome_display() if call.outcome else call.get_state_display(),
        note.topic if note else None,
        note.get_outcome_display() if note else None,
        _yes(call.recovered),
        _yes(hasattr(call, "voicemail")),
        _yes(call.again),  # type: ignore[attr-defined]  # annotated by `rows`
        *_cost(call),
        call.consent.get_answer_display() if hasattr(call, "consent") else None,
        call.survey.score if hasattr(call, "survey") else None,
    ]
    return [*cells, note.caller_name if note else None, note.summary if note else None] if notes else cells


def _cost(call: Call) -> list[Any]:
    """What the call cost, in main units with a point, so that a spreadsheet adds it up in any language."""
    found = cost(call)
    if found is None:
        return [None] * 4
    own = [None, None] if found.own is None else [f"{found.own:f}", found.own_currency]
    return [f"{found.amount:f}", found.currency, *own]


def _seconds(length: float | None) -> int | None:
    return None if length is None else round(length)


def _yes(true: bool) -> str:
    return _("yes") if true else ""


def safe(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: what begins like one gets an apostrophe before it."""
    if cell is None or isinstance(cell, int):
        return "" if cell is None else cell
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip(_SPACES).startswith(_FORMULA) else text
