"""Mounts the apps at their Swedish addresses (design 4)."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("kraftsamling.home.urls")),
    path("", include("kraftsamling.accounts.urls")),
    path("", include("kraftsamling.programmes.urls")),
    path("", include("grants.urls")),
    path("", include("pilots.urls")),
    path("", include("kraftsamling.ui.urls")),
    path("", include("kraftsamling.notifications.urls")),
    path("", include("kraftsamling.search.urls")),
]

handler500 = "kraftsamling.home.errors.server_error"
