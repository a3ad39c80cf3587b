"""A project: the list, and its workroom."""

from django.urls import path

from pilots.views import projects

urlpatterns = [
    path("projekt/", projects.project_list, name="project_list"),
    path("projekt/<int:pk>/", projects.project_detail, name="project_detail"),
]
