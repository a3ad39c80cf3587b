"""The pages above all apps, at their Swedish addresses."""

from django.urls import path

from .views import accessibility, health, pages, start

urlpatterns = [
    path("", start.start, name="start"),
    path("hem/", start.home, name="home"),
    path("om/", pages.about, name="about"),
    path("tillganglighet/", accessibility.accessibility, name="accessibility"),
    path("integritet/", pages.privacy, name="privacy"),
    path("kakor/", pages.cookies, name="cookies"),
    path("suomeksi/", pages.finnish, name="finnish"),
    path("sprak/", pages.language, name="language"),
    path("halsa/", health.health_page, name="health"),
    path("robots.txt", pages.robots, name="robots"),
    path("favicon.ico", pages.favicon, name="favicon"),
    path(".well-known/security.txt", pages.security_text, name="security_text"),
]
