"""The addresses of the projects. All ask for log-in, and answer 404 to who may not see."""

from django.urls import path

from .views import projects

urlpatterns = [
    path("projekt/", projects.project_list, name="project_list"),
    path("projekt/<int:pk>/", projects.project_detail, name="project_detail"),
]
