"""The parts of pages, as template tags; `/style/` shows each in every state."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from hotline.core import charts, navigation

register = template.Library()

KINDS = ("good", "warn", "bad", "info", "brand", "quiet")
STATES: dict[str, tuple[Any, str]] = {
    "ready": (_("Ready"), "good"),
    "ringing": (_("Ringing"), "info"),
    "on_call": (_("On call"), "brand"),
    "wrap_up": (_("Wrap-up"), "warn"),
    "break": (_("Break"), "info"),
    "lunch": (_("Lunch"), "info"),
    "other": (_("Other"), "info"),
    "offline": (_("Offline"), "quiet"),
    "missed": (_("Missed a call"), "bad"),
    "disconnected": (_("Disconnected"), "bad"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative icon: it never stands without a word beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("core/icons.svg"),
        name,
    )


@register.simple_block_tag
def panel(content: str, title: Any = "", id: str = "", kind: str = "", level: int = 2) -> SafeString:
    """A sheet of paper with an optional heading. `level` keeps the page's outline right."""
    head = format_html('<header class="panel-head"><h{0}>{1}</h{0}></header>', level, title) if title else ""
    return format_html(
        '<section class="panel {}"{}>{}{}</section>',
        kind,
        format_html(' id="{}"', id) if id else "",
        head,
        mark_safe(content),  # noqa: S308 - the block was rendered, and escaped, by the template engine
    )


@register.simple_tag
def field(bound: BoundField, label: Any = "", **attrs: Any) -> SafeString:
    """One form field: label, control, help, error, all tied together for screen readers."""
    widget = bound.field.widget
    if widget.is_hidden:
        return bound.as_widget()
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    described = [f"{bound.auto_id}_{part}" for part in ("helptext", "error") if _has(bound, part)]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return render_to_string(
        "core/_field.html",
        {
            "bound": bound,
            "label": label or bound.label,
            "control": bound.as_widget(attrs=attrs),
            "check": isinstance(widget, CheckboxInput),
            "group": widget.use_fieldset,
        },
    )


def _has(bound: BoundField, part: str) -> bool:
    return bool(bound.errors) if part == "error" else bool(bound.help_text)


@register.inclusion_tag("core/_form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """A summary of what is wrong, each line a link to its field."""
    return {"form": form, "wrong": [bound for bound in form if bound.errors], "general": form.non_field_errors()}


@register.simple_tag
def badge(word: Any, kind: str = "quiet") -> SafeString:
    """A word in a state's colour; the word says what the colour says."""
    return format_html('<span class="badge tone-{}">{}</span>', kind if kind in KINDS else "quiet", word)


@register.simple_tag
def state(code: str, since: datetime | None = None) -> SafeString:
    """An operator's state: icon, word, colour, and how long it has lasted."""
    word, kind = STATES.get(str(code), (code, "quiet"))
    return format_html(
        '<span class="state tone-{}">{}<span>{}</span>{}</span>',
        kind,
        icon(str(code)),
        word,
        timer(since) if since else "",
    )


@register.simple_tag
def timer(since: datetime | None, until: datetime | None = None) -> SafeString:
    """Time counted up from `since`, or down to `until`; right without JavaScript, and kept right by it."""
    if since is None and until is None:
        return SafeString("")
    now = timezone.now()
    name, moment = ("until", until) if until else ("since", since)
    assert moment is not None
    seconds = (moment - now if until else now - moment).total_seconds()
    return format_html('<span class="timer" data-{}="{}">{}</span>', name, moment.isoformat(), clock(seconds))


@register.filter
def clock(seconds: float | None) -> str:
    """Seconds as 3:27 or 1:02:03; nothing for None."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def padded(number: int) -> str:
    """A number in the room of two digits, so that what follows it stays where it is."""
    return f"{number:\u2007>2}"


@register.simple_tag
def when(moment: datetime | None, zone: str | None = None) -> SafeString:
    """A moment in a hotline's zone (else the current one): the time today, with the date on other days."""
    if moment is None:
        return SafeString("")
    local = timezone.localtime(moment, ZoneInfo(zone)) if zone else timezone.localtime(moment)
    today = timezone.localtime(timezone.now(), local.tzinfo).date()
    shape = "H:i" if local.date() == today else ("j M H:i" if local.year == today.year else "j M Y H:i")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="seconds"),
        f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}",
        formats.date_format(local, shape),
    )


@register.inclusion_tag("core/_empty.html")
def empty(sentence: Any, url: str = "", label: Any = "") -> dict[str, Any]:
    """What stands where nothing is yet: one sentence, and at most one thing to do."""
    return {"sentence": sentence, "url": url, "label": label}


@register.inclusion_tag("core/_rail.html", takes_context=True)
def rail(context: Any) -> dict[str, Any]:
    """The links of the left rail for this person."""
    return {"links": navigation.links(context["request"], simulator=bool(settings.SIMULATOR_URL))}


@register.simple_tag
def button_key(word: Any, key: str = "", kind: str = "", icon_name: str = "", **attrs: Any) -> SafeString:
    """A button with the key that does the same. Underscores in names become hyphens; True has no value."""
    return format_html(
        '<button class="button {}" type="{}"{}>{}<span>{}</span>{}</button>',
        kind,
        attrs.pop("type", "button"),
        _attributes(attrs),
        icon(icon_name) if icon_name else "",
        word,
        format_html(" <kbd>{}</kbd>", key) if key else "",
    )


def _attributes(given: dict[str, Any]) -> SafeString:
    named = [(name.replace("_", "-"), value) for name, value in given.items() if value not in (None, False)]
    plain = format_html_join("", " {}", ((name,) for name, value in named if value is True))
    return plain + format_html_join("", ' {}="{}"', (each for each in named if each[1] is not True))


@register.simple_tag
def chip(word: Any, url: str = "", on: bool = False, removes: Any = "", **attrs: Any) -> SafeString:
    """A small choice: a link with `url`, else a button, pressed or not. `removes` says what a cross takes away."""
    more = _attributes(attrs)
    cross = format_html('{}<span class="visually-hidden">{}</span>', icon("close"), removes) if removes else ""
    if url:
        current = SafeString(' aria-current="true"') if on else ""
        return format_html('<a class="chip" href="{}"{}{}><span>{}</span>{}</a>', url, current, more, word, cross)
    pressed = "true" if on else "false"
    return format_html(
        '<button class="chip" type="button" aria-pressed="{}"{}><span>{}</span>{}</button>', pressed, more, word, cross
    )


@register.inclusion_tag("core/_tabs.html")
def tabs(items: Any, current: Any, label: Any = "", prefix: str = "tab") -> dict[str, Any]:
    """Tabs: `items` are (key, word, url) for pages, or (key, word) for panels with the id `<prefix>-<key>`.

    Panels are shown and hidden by `core/tabs.js`, which the page includes.
    """
    return {"items": [(*item, "")[:3] for item in items], "current": current, "label": label, "prefix": prefix}


@register.simple_block_tag
def dialog(content: str, id: str, title: Any, kind: str = "dialog") -> SafeString:
    """A modal sheet, opened by a button with `data-opens` and its id; Escape, the cross and the ground close it."""
    return format_html(
        '<dialog class="{0}" id="{1}" aria-labelledby="{1}-title">'
        '<header class="panel-head"><h2 id="{1}-title">{2}</h2>'
        '<form method="dialog"><button class="button quiet small" type="submit">{3}<span class="visually-hidden">{4}'
        "</span></button></form></header>{5}</dialog>",
        kind,
        id,
        title,
        icon("close"),
        _("Close"),
        mark_safe(content),  # noqa: S308 - the block was rendered, and escaped, by the template engine
    )


@register.simple_block_tag
def drawer(content: str, id: str, title: Any) -> SafeString:
    """A dialog that comes in from the side."""
    return dialog(content, id, title, kind="drawer")


@register.simple_block_tag
def scrolling(content: str, label: Any) -> SafeString:
    """The ground of a wide table: it scrolls by itself, also with the arrow keys, and the page never does."""
    return format_html(
        '<div class="table-wrap" tabindex="0" role="region" aria-label="{}">{}</div>',
        label,
        mark_safe(content),  # noqa: S308 - the block was rendered, and escaped, by the template engine
    )


@register.inclusion_tag("core/_skeleton.html")
def skeleton(lines: int = 3) -> dict[str, Any]:
    """Grey lines where something is on its way; seen only if it takes longer than 300 ms."""
    return {"lines": range(lines)}


@register.inclusion_tag("core/_bars.html")
def bars(chart: charts.Chart) -> dict[str, Any]:
    """A bar chart with its table behind."""
    return {"drawing": charts.bars(chart), "chart": chart}


@register.inclusion_tag("core/_lines.html")
def lines(chart: charts.Chart) -> dict[str, Any]:
    """A line chart with its table behind."""
    return {"drawing": charts.lines(chart), "chart": chart}


@register.simple_tag
def sparkline(values: Any, label: Any, tone: str = "brand") -> SafeString:
    """A small line beside a number; `label` says in words what it shows."""
    drawn = format_html_join(
        "", '<polyline class="chart-line" points="{}"/>', ((part,) for part in charts.spark(values))
    )
    return format_html(
        '<svg class="spark tone-{}" viewBox="0 0 120 28" role="img" aria-label="{}">{}</svg>', tone, label, drawn
    )
