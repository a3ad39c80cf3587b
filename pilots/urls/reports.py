"""Reports: the plan of a project, writing, handing in, review, and the list over all projects; and what is measured."""

from django.urls import path

from pilots.views import indicators, report_cases, report_lists, report_plan, reports

urlpatterns = [
    path("projekt/rapporter/", report_lists.report_list, name="report_list"),
    path("projekt/rapporter.<slug:kind>", report_lists.report_list_file, name="report_list_file"),
    path("projekt/rapporter/paket/<slug:slug>/", report_lists.report_batch, name="report_batch"),
    # projekt/<pk>/
    path("projekt/<int:pk>/rapporter/", report_plan.report_plan, name="report_plan"),
    path("projekt/<int:pk>/rapporter/ny/", report_plan.report_add, name="report_add"),
    path("projekt/<int:pk>/indikatorer/", indicators.indicator_list, name="indicator_list"),
    path("projekt/<int:pk>/indikatorer/ny/", indicators.indicator_add, name="indicator_add"),
    path("projekt/<int:pk>/indikatorer/<int:indicator>/", indicators.indicator_edit, name="indicator_edit"),
    path("projekt/<int:pk>/indikatorer/<int:indicator>/ta-bort/", indicators.indicator_remove, name="indicator_remove"),
    # projekt/rapport/<pk>/
    path("projekt/rapport/<int:pk>/", report_cases.report_detail, name="report_detail"),
    path("projekt/rapport/<int:pk>/dag/", report_plan.report_move, name="report_move"),
    path("projekt/rapport/<int:pk>/behovs-inte/", report_plan.report_cancel, name="report_cancel"),
    path("projekt/rapport/<int:pk>/skriv/<slug:key>/", reports.report_edit, name="report_edit"),
    path("projekt/rapport/<int:pk>/skriv/<slug:key>/autospara/", reports.report_autosave, name="report_autosave"),
    path("projekt/rapport/<int:pk>/filer/", reports.report_file_add, name="report_file_add"),
    path("projekt/rapport/<int:pk>/filer/<int:link>/ta-bort/", reports.report_file_remove, name="report_file_remove"),
    path("projekt/rapport/<int:pk>/filer/<uuid:file_id>/", report_cases.report_file, name="report_file"),
    path("projekt/rapport/<int:pk>/las-igenom/", reports.report_preview, name="report_preview"),
    path("projekt/rapport/<int:pk>/skicka-in/", reports.report_submit, name="report_submit"),
    path("projekt/rapport/<int:pk>/versioner/<int:number>/", report_cases.report_version, name="report_version"),
    path("projekt/rapport/<int:pk>/versioner/<int:number>/pdf/", report_cases.report_pdf, name="report_pdf"),
    path("projekt/rapport/<int:pk>/jamfor/", report_cases.report_compare, name="report_compare"),
    path("projekt/rapport/<int:pk>/granska/", report_cases.report_review, name="report_review"),
]
