"""The addresses of the call. Public: the calls. The rest asks for log-in, and answers 404 to who may not see."""

from django.urls import include, path

from .views import calls, cases, decision_drafts, decisions, preparation, reviews, sketches

call_urls = [
    path("", calls.call_list, name="call_list"),
    path("ny/", calls.call_create, name="call_create"),
    path("<slug:slug>/", calls.call_detail, name="call_detail"),
    path("<slug:slug>/datum.ics", calls.call_calendar, name="call_calendar"),
    path("<slug:slug>/redigera/", calls.call_edit, name="call_edit"),
    path("<slug:slug>/kriterier/", calls.call_criteria, name="call_criteria"),
    path("<slug:slug>/fragor/", calls.call_questions, name="call_questions"),
    path("<slug:slug>/svar/", calls.call_answers, name="call_answers"),
    path("<slug:slug>/svar/<int:pk>/ta-bort/", calls.call_answer_remove, name="call_answer_remove"),
    path("<slug:slug>/forlangning/", calls.call_extension, name="call_extension"),
    path("<slug:slug>/publicera/", calls.call_publish, name="call_publish"),
    path("<slug:slug>/stall-in/", calls.call_cancel, name="call_cancel"),
    path("<slug:slug>/kopiera/", calls.call_clone, name="call_clone"),
    path("<slug:slug>/skriv-skiss/", sketches.sketch_start, name="sketch_start"),
]

sketch_urls = [
    path("", sketches.sketch_list, name="sketch_list"),
    path("<int:pk>/", cases.sketch_detail, name="sketch_detail"),
    path("<int:pk>/skriv/", sketches.sketch_edit, name="sketch_edit"),
    path("<int:pk>/spara/", sketches.sketch_save, name="sketch_save"),
    path("<int:pk>/autospara/", sketches.sketch_autosave, name="sketch_autosave"),
    path("<int:pk>/las-igenom/", sketches.sketch_preview, name="sketch_preview"),
    path("<int:pk>/skicka-in/", sketches.sketch_submit, name="sketch_submit"),
    path("<int:pk>/dra-tillbaka/", sketches.sketch_withdraw, name="sketch_withdraw"),
    path("<int:pk>/filer/", cases.sketch_file_add, name="sketch_file_add"),
    path("<int:pk>/filer/<uuid:file_id>/", cases.sketch_file, name="sketch_file"),
    path("<int:pk>/filer/<int:link>/ta-bort/", cases.sketch_file_remove, name="sketch_file_remove"),
    path("<int:pk>/versioner/<int:number>/", cases.sketch_version, name="sketch_version"),
    path("<int:pk>/versioner/<int:number>/kvitto.pdf", cases.sketch_receipt, name="sketch_receipt"),
    path("<int:pk>/jamfor/", cases.sketch_compare, name="sketch_compare"),
    path("<int:pk>/anteckning/", cases.sketch_note, name="sketch_note"),
    path("<int:pk>/diarienummer/", cases.sketch_register, name="sketch_register"),
    path("<int:pk>/jav/", cases.sketch_conflict, name="sketch_conflict"),
]

application_urls = [
    path("<int:pk>/", cases.application_detail, name="application_detail"),
    path("<int:pk>/avsta/", cases.application_turn_down, name="application_turn_down"),
    path("<int:pk>/beredning/", decision_drafts.application_preparation, name="application_preparation"),
    path("<int:pk>/beredning/spara/", decision_drafts.preparation_save, name="preparation_save"),
    path("<int:pk>/beredning/registrerat/", decision_drafts.aid_registered, name="aid_registered"),
    path("<int:pk>/beredning/intyg/<uuid:file_id>/", decision_drafts.preparation_file, name="preparation_file"),
    path("<int:pk>/beslut/", decision_drafts.decision_edit, name="decision_edit"),
    path("<int:pk>/beslut/spara/", decision_drafts.decision_save, name="decision_save"),
]

decision_urls = [
    path("", decisions.decision_list, name="decision_list"),
    path("<int:pk>/", decisions.decision_detail, name="decision_detail"),
    path("<int:pk>/brev.pdf", decisions.decision_letter, name="decision_letter"),
    path("<int:pk>/foresla/", decisions.decision_propose, name="decision_propose"),
    path("<int:pk>/utfarda/", decisions.decision_issue, name="decision_issue"),
    path("<int:pk>/ta-bort/", decisions.decision_drop, name="decision_drop"),
    path("<int:pk>/last/", decisions.decision_confirm, name="decision_confirm"),
    path("<int:pk>/ratta/", decisions.decision_correct, name="decision_correct"),
]

review_urls = [
    path("", reviews.review_list, name="review_list"),
    path("<int:pk>/", reviews.assessment_detail, name="assessment_detail"),
    path("<int:pk>/jav/", reviews.assessment_declare, name="assessment_declare"),
    path("<int:pk>/spara/", reviews.assessment_save, name="assessment_save"),
    path("<int:pk>/autospara/", reviews.assessment_autosave, name="assessment_autosave"),
    path("<int:pk>/avsta/", reviews.assessment_abstain, name="assessment_abstain"),
    path("<int:pk>/hoppa-over/", reviews.assessment_skip, name="assessment_skip"),
    path("<int:pk>/oppna/", reviews.assessment_reopen, name="assessment_reopen"),
]

preparation_urls = [
    path("", preparation.preparation_list, name="preparation_list"),
    path("skiss/<int:pk>/svar/", preparation.outcome_edit, name="outcome_edit"),
    path("skiss/<int:pk>/svar/ta-bort/", preparation.outcome_drop, name="outcome_drop"),
    path("skiss/<int:pk>/brev/", preparation.letter_edit, name="letter_edit"),
    path("granskare/<int:pk>/ta-bort/", preparation.reviewer_remove, name="reviewer_remove"),
    path("<slug:slug>/", preparation.board_detail, name="board_detail"),
    path("<slug:slug>.<str:kind>", preparation.board_file, name="board_file"),
    path("<slug:slug>/granskare/", preparation.reviewers, name="reviewers"),
    path("<slug:slug>/svar/", preparation.outcomes, name="outcomes"),
    path("<slug:slug>/svar/skicka/", preparation.outcomes_send, name="outcomes_send"),
]

urlpatterns = [
    path("utlysningar/", include(call_urls)),
    path("utlysningar.<str:kind>", calls.call_list_file, name="call_list_file"),
    path("skisser/", include(sketch_urls)),
    path("ansokningar/", include(application_urls)),
    path("beslut/", include(decision_urls)),
    path("beslut.<str:kind>", decisions.decision_list_file, name="decision_list_file"),
    path("granskning/", include(review_urls)),
    path("beredning/", include(preparation_urls)),
]
