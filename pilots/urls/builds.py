"""Documents that a worker makes: how far one has come, and its file."""

from django.urls import path

from pilots.views import builds

urlpatterns = [
    path("projekt/dokument/<int:pk>/", builds.build_detail, name="build_detail"),
    path("projekt/dokument/<int:pk>/fil/", builds.build_file, name="build_file"),
    path("projekt/dokument/<int:pk>/gor-om/", builds.build_again, name="build_again"),
]
