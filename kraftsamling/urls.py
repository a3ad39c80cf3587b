"""Mounts the apps at their Swedish addresses (design 4)."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
