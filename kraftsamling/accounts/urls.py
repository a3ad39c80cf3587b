"""People under /konto/, organisations under /organisationer/."""

from django.urls import URLPattern, URLResolver, include, path

from .views import account, members, organisations, signatories

urlpatterns: list[URLPattern | URLResolver] = [
    # my account
    path("konto/", account.account_home, name="account_home"),
    path("konto/namn/", account.account_name, name="account_name"),
    path("konto/mina-uppgifter.json", account.account_data, name="account_data"),
    path("konto/fortsatt/", account.resume, name="resume"),
    path("konto/avsluta/", account.account_close, name="account_close"),
    path("konto/", include("kraftsamling.accounts.login_urls")),
    # organisations
    path("organisationer/", organisations.organisation_list, name="organisation_list"),
    path("organisationer/alla/", organisations.organisation_all, name="organisation_all"),
    path("organisationer/alla.csv", organisations.organisation_file, {"extension": "csv"}, name="organisation_csv"),
    path("organisationer/alla.xlsx", organisations.organisation_file, {"extension": "xlsx"}, name="organisation_xlsx"),
    path("organisationer/ny/", organisations.organisation_register, name="organisation_register"),
    path("organisationer/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisationer/<int:pk>/andra/", organisations.organisation_change, name="organisation_change"),
    # organisations/<pk>/ members
    path("organisationer/<int:pk>/ga-med/", members.join_request, name="organisation_join"),
    path("organisationer/<int:pk>/ga-med/<int:request_pk>/svara/", members.join_answer, name="organisation_join_answer"),
    path("organisationer/<int:pk>/bjud-in/", members.member_invite, name="organisation_invite"),
    path(
        "organisationer/<int:pk>/inbjudan/<int:invitation_pk>/dra-tillbaka/", members.invitation_revoke, name="invitation_revoke"
    ),
    path("organisationer/<int:pk>/lamna/", members.organisation_leave, name="organisation_leave"),
    path("organisationer/<int:pk>/medlem/<int:user_pk>/ta-bort/", members.member_remove, name="organisation_member_remove"),
    path("organisationer/<int:pk>/medlem/<int:user_pk>/kontakt/", members.member_contact, name="organisation_member_contact"),
    path("organisationer/inbjudan/<str:secret>/", members.invitation_accept, name="invitation_accept"),
    # organisations/<pk>/ signatories
    path("organisationer/<int:pk>/firmatecknare/", signatories.signatory_add, name="signatory_add"),
    path("organisationer/<int:pk>/firmatecknare/<int:signatory_pk>/intyg/", signatories.signatory_proof, name="signatory_proof"),
    path("organisationer/<int:pk>/firmatecknare/<int:signatory_pk>/avsluta/", signatories.signatory_end, name="signatory_end"),
]
