"""Links that show the wallboard on a screen without signing in, and what such a screen sees."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics import links
from analytics.models import BoardLink
from desk import wallboard
from hotline.core import access
from lines import queries as lines
from lines.models import Hotline

LASTS = [
    ("", gettext_lazy("until it is revoked")),
    ("1", gettext_lazy("a day")),
    ("7", gettext_lazy("a week")),
    ("30", gettext_lazy("30 days")),
    ("365", gettext_lazy("a year")),
]


class LinkForm(forms.Form):
    """What a supervisor says of a new link."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Where the screen hangs."))
    hotlines = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Hotlines"), queryset=Hotline.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    lasts = forms.ChoiceField(label=gettext_lazy("Works for"), choices=LASTS, required=False)
    shows_names = forms.BooleanField(
        label=gettext_lazy("Show the names of operators"),
        required=False,
        help_text=gettext_lazy("With what each is doing. Callers are never shown."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found: Any = self.fields["hotlines"]
        found.queryset = lines.visible_to(user).filter(active=True)
        self.initial.setdefault("hotlines", list(found.queryset))

    def facts(self) -> dict[str, Any]:
        days = self.cleaned_data["lasts"]
        names = ("name", "hotlines", "shows_names")
        return {"lasts": timedelta(days=int(days)) if days else None, **{n: self.cleaned_data[n] for n in names}}


@access.needs(access.SUPERVISOR)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def board_links(request: HttpRequest) -> HttpResponse:
    """The links of one's hotlines, and a form for one more. The address of a new one is shown once."""
    form = LinkForm(request.POST or None, user=request.user)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            link, secret = links.make_link(by=request.user, at=timezone.now(), **form.facts())
        except links.Refused as refused:
            form.add_error(None, str(refused))
        else:
            address = request.build_absolute_uri(reverse("desk:tv", args=[secret]))
            context |= {"form": LinkForm(user=request.user), "made": link, "address": address}
    return render(request, "desk/board_links.html", {**context, "rows": _rows(request.user, timezone.now())})


def _rows(user: Any, at: datetime) -> list[dict[str, Any]]:
    mine = {hotline.pk: hotline for hotline in lines.visible_to(user)}
    found = list(links.visible_to(user).prefetch_related("hotlines"))
    rows = []
    for link in found:
        shown = [mine[hotline.pk] for hotline in link.hotlines.all() if hotline.pk in mine]
        others = len(link.hotlines.all()) - len(shown)
        rows.append({"link": link, "hotlines": shown, "others": others, "ended": _ended(link, at)})
    return rows


def _ended(link: BoardLink, at: datetime) -> str:
    """Why a link shows nothing any more; empty while it does."""
    if link.revoked_at:
        return _("revoked")
    if link.expires_at and link.expires_at <= at:
        return _("expired")
    return "" if link.made_by.is_active else _("its maker’s account is closed")


@access.needs(access.SUPERVISOR)
@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a link; its screens show nothing within ten seconds."""
    link = get_object_or_404(links.visible_to(request.user), pk=pk)
    try:
        links.revoke(link, by=request.user, at=timezone.now())
    except links.Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("“%(name)s” shows nothing any more.") % {"name": link.name})
    return redirect("desk:board_links")


# --- the screen ---------------------------------------------------------------------------------
@access.public
@require_GET
@never_cache
def tv(request: HttpRequest, secret: str) -> HttpResponse:
    """The wallboard on a screen: nothing to sign in to, nothing to click, no way out."""
    link = links.link_of(secret, timezone.now())
    if link is None:
        raise Http404
    return _private(render(request, "desk/tv.html", {"link": link, "fragment": _fragment(link), "secret": secret}))


@access.public
@require_GET
@never_cache
def tv_now(request: HttpRequest, secret: str) -> HttpResponse:
    """The numbers alone. A screen whose link has ended loads its page again, and finds that there is none."""
    link = links.link_of(secret, timezone.now())
    if link is None:
        return HttpResponse(status=404, headers={"HX-Refresh": "true"})
    return _private(HttpResponse(_fragment(link)))


def _fragment(link: BoardLink) -> str:
    kind = wallboard.WALL_WITH_NAMES if link.shows_names else wallboard.WALL
    return wallboard.fragment(links.hotline_ids(link), kind)


def _private(answer: HttpResponse) -> HttpResponse:
    """The address is the secret: it goes to no other site and into no index."""
    answer["Referrer-Policy"], answer["X-Robots-Tag"] = "no-referrer", "noindex"
    return answer
