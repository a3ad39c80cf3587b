from django.urls import path

from . import views

urlpatterns = [
    path("om/komponenter/", views.gallery, name="gallery"),
]
