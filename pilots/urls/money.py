"""The money of projects: requests, the economist's desk, payments, advances, recoveries, the final settlement."""

from django.urls import path

from pilots.views import advances, payment_review, payment_rows, payments, payouts

urlpatterns = [
    # the project's money
    path("projekt/<int:pk>/utbetalning/", payments.project_money, name="project_money"),
    path("projekt/<int:pk>/utbetalning/konto/", payments.account_set, name="account_set"),
    path("projekt/<int:pk>/utbetalning/ny/", payments.payment_begin, name="payment_begin"),
    path("projekt/<int:pk>/slutavrakning/", advances.project_settle, name="project_settle"),
    # one request
    path("projekt/utbetalning/<int:pk>/", payments.payment_detail, name="payment_detail"),
    path("projekt/utbetalning/<int:pk>/rader.<str:kind>", payments.payment_rows_file, name="payment_rows_file"),
    path("projekt/utbetalning/<int:pk>/skriv/", payment_rows.payment_edit, name="payment_edit"),
    path("projekt/utbetalning/<int:pk>/skriv/klistra-in/", payment_rows.payment_paste, name="payment_paste"),
    path("projekt/utbetalning/<int:pk>/skriv/fil/", payment_rows.payment_import, name="payment_import"),
    path("projekt/utbetalning/<int:pk>/skriv/bokforing/<int:link>/", payment_rows.payment_books, name="payment_books"),
    path("projekt/utbetalning/<int:pk>/skriv/indirekta/", payment_rows.payment_indirect, name="payment_indirect"),
    path("projekt/utbetalning/<int:pk>/bilagor/", payments.payment_file_add, name="payment_file_add"),
    path("projekt/utbetalning/<int:pk>/bilagor/<int:link>/ta-bort/", payments.payment_file_remove, name="payment_file_remove"),
    path("projekt/utbetalning/<int:pk>/bilagor/<uuid:file_id>/", payments.payment_file, name="payment_file"),
    path("projekt/utbetalning/<int:pk>/las-igenom/", payments.payment_preview, name="payment_preview"),
    path("projekt/utbetalning/<int:pk>/sista/", payments.payment_final, name="payment_final"),
    path("projekt/utbetalning/<int:pk>/skicka-in/", payments.payment_submit, name="payment_submit"),
    path("projekt/utbetalning/<int:pk>/beslutet/", payments.payment_document, name="payment_document"),
    path("projekt/utbetalning/<int:pk>/aterta/", payments.payment_withdraw, name="payment_withdraw"),
    # the economist's desk
    path("projekt/utbetalning/", payment_review.payment_list, name="payment_list"),
    path("projekt/utbetalning/<int:pk>/granska/", payment_review.payment_review, name="payment_review"),
    path(
        "projekt/utbetalning/<int:pk>/granska/godkann-resten/", payment_review.payment_approve_rest, name="payment_approve_rest"
    ),
    path("projekt/utbetalning/<int:pk>/granska/aterlamna/", payment_review.payment_return, name="payment_return"),
    path("projekt/utbetalning/<int:pk>/granska/beslut/", payment_review.payment_decide, name="payment_decide"),
    # payments
    path("projekt/betalningar/", payouts.payout_list, name="payout_list"),
    path("projekt/betalningar/ny-fil/<int:programme>/", payouts.payout_batch_make, name="payout_batch_make"),
    path("projekt/betalningar/fil/<int:pk>.<str:kind>", payouts.payout_batch_file, name="payout_batch_file"),
    path("projekt/betalningar/betalda/", payouts.payout_paid, name="payout_paid"),
    path("projekt/betalningar/<int:pk>/avbryt/", payouts.payout_cancel, name="payout_cancel"),
    path("projekt/betalningar/<int:pk>/kom-tillbaka/", payouts.payout_take_back, name="payout_take_back"),
    # advance
    path("projekt/<int:pk>/forskott/", advances.advance_ask, name="advance_ask"),
    path("projekt/forskott/<int:pk>/", advances.advance_detail, name="advance_detail"),
    path("projekt/forskott/<int:pk>/beslut/", advances.advance_decide, name="advance_decide"),
    path("projekt/forskott/<int:pk>/aterta/", advances.advance_withdraw, name="advance_withdraw"),
    # recovery
    path("projekt/<int:pk>/aterkrav/", advances.recovery_open, name="recovery_open"),
    path("projekt/aterkrav/<int:pk>/", advances.recovery_detail, name="recovery_detail"),
    path("projekt/aterkrav/<int:pk>/svar/", advances.recovery_answer, name="recovery_answer"),
    path("projekt/aterkrav/<int:pk>/beslut/", advances.recovery_decide, name="recovery_decide"),
    path("projekt/aterkrav/<int:pk>/avsluta/", advances.recovery_drop, name="recovery_drop"),
    path("projekt/aterkrav/<int:pk>/aterbetalt/", advances.recovery_repay, name="recovery_repay"),
]
