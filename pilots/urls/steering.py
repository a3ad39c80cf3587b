"""Steering: the dashboards, the rows behind their figures, and what is kept of them."""

from django.urls import path

from pilots.views.steering import dashboards, kept, outcome, rows

urlpatterns = [
    path("styrning/", dashboards.steering_home, name="steering_home"),
    path("styrning/pengar/", dashboards.steering_money, name="steering_money"),
    path("styrning/plattformen/", dashboards.steering_platform, name="steering_platform"),
    path("styrning/portfolj/", dashboards.steering_portfolio, name="steering_portfolio"),
    path("styrning/rader/<str:key>/", rows.steering_rows, name="steering_rows"),
    path("styrning/rader/<str:key>.<str:kind>", rows.steering_rows_file, name="steering_rows_file"),
    path("styrning/utfall/", outcome.steering_outcome, name="steering_outcome"),
    path("styrning/utfall/spara/", outcome.steering_outcome_save, name="steering_outcome_save"),
    path("styrning/utfall/mall.xlsx", outcome.steering_outcome_template, name="steering_outcome_template"),
    path("styrning/utfall/<int:pk>/angra/", outcome.steering_outcome_undo, name="steering_outcome_undo"),
    path("styrning/dokument/", kept.steering_document, name="steering_document"),
    path("styrning/ogonblick/", kept.steering_snapshots, name="steering_snapshots"),
    path("styrning/ogonblick/<int:pk>/", kept.steering_snapshot, name="steering_snapshot"),
    path("styrning/arsrapport/", kept.steering_yearly, name="steering_yearly"),
    path("styrning/arsrapport.<str:kind>", kept.steering_yearly_file, name="steering_yearly_file"),
    path("styrning/arsrapport/inlamnad/", kept.steering_yearly_sent, name="steering_yearly_sent"),
]
