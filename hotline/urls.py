"""Every address of the system, app by app."""

from django.urls import URLPattern, URLResolver, include, path

from hotline.core.style import style

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("operators.account_urls")),
    path("style/", style, name="style"),
]
