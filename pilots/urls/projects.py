"""A project: the list, its workroom, its changes, and the public pages."""

from django.urls import path

from pilots.views import change_decisions, change_files, changes, follow, project_lists, projects, public, registration

public_urls = [
    path("pilotprojekt/", public.public_project_list, name="public_project_list"),
    path("pilotprojekt.<str:kind>", public.public_project_file, name="public_project_file"),
    path("pilotprojekt/<slug:slug>/", public.public_project, name="public_project"),
]

workroom_urls = [
    path("projekt/", project_lists.project_list, name="project_list"),
    path("projekt.<str:kind>", project_lists.project_list_file, name="project_list_file"),
    path("projekt/registrera/", registration.project_register, name="project_register"),
    path("projekt/kalender/ny-adress/", follow.project_feed_renew, name="project_feed_renew"),
    path("projekt/kalender/<str:token>.ics", follow.project_feed, name="project_feed"),
    path("projekt/<int:pk>/", projects.project_detail, name="project_detail"),
    path("projekt/<int:pk>/beskrivning/", projects.project_describe, name="project_describe"),
    path("projekt/<int:pk>/deltagare/", projects.project_people, name="project_people"),
    path("projekt/<int:pk>/publicera/", projects.project_publish, name="project_publish"),
    path("projekt/<int:pk>/avpublicera/", projects.project_unpublish, name="project_unpublish"),
    path("projekt/<int:pk>/jav/", projects.project_conflict, name="project_conflict"),
    path("projekt/<int:pk>/tidslinje/", follow.project_timeline, name="project_timeline"),
    path("projekt/<int:pk>/tidslinje.ics", follow.project_calendar, name="project_calendar"),
    path("projekt/<int:pk>/historia/", follow.project_history, name="project_history"),
    path("projekt/<int:pk>/villkor/", follow.project_terms, name="project_terms"),
    path("projekt/<int:pk>/andringar/", changes.change_list, name="change_list"),
    path("projekt/<int:pk>/andringar/ny/", changes.change_begin, name="change_begin"),
]

change_urls = [
    path("projekt/andringar/<int:pk>/", changes.change_detail, name="change_detail"),
    path("projekt/andringar/<int:pk>/skriv/", changes.change_edit, name="change_edit"),
    path("projekt/andringar/<int:pk>/autospara/", changes.change_autosave, name="change_autosave"),
    path("projekt/andringar/<int:pk>/budget/", changes.change_budget, name="change_budget"),
    path("projekt/andringar/<int:pk>/skicka/", changes.change_send, name="change_send"),
    path("projekt/andringar/<int:pk>/filer/ny/", change_files.change_file_add, name="change_file_add"),
    path("projekt/andringar/<int:pk>/filer/<uuid:file_id>/", change_files.change_file, name="change_file"),
    path("projekt/andringar/<int:pk>/filer/<int:link>/ta-bort/", change_files.change_file_remove, name="change_file_remove"),
    path("projekt/andringar/<int:pk>/beslut.pdf", change_files.change_letter, name="change_letter"),
    path("projekt/andringar/<int:pk>/dra-tillbaka/", changes.change_withdraw, name="change_withdraw"),
    path("projekt/andringar/<int:pk>/beslut/", change_decisions.change_decide, name="change_decide"),
]

urlpatterns = [*public_urls, *workroom_urls, *change_urls]
