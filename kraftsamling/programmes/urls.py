"""Roles under /program/, and the page about the second step under /konto/."""

from django.urls import path

from . import views

urlpatterns = [
    path("konto/tvasteg/kravs/", views.second_factor_wanted, name="second_factor_wanted"),
    path("program/roller/", views.role_list, name="role_list"),
    path("program/<slug:slug>/roller/", views.programme_roles, name="programme_roles"),
    path("program/<slug:slug>/roller/ge/", views.role_give, name="role_give"),
    path("program/<slug:slug>/roller/<int:pk>/ta/", views.role_take, name="role_take"),
]
