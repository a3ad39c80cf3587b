"""allauth's pages at Swedish addresses under /konto/, with allauth's own names."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as providers
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from .views.login import LoginView

urlpatterns: list[URLPattern | URLResolver] = [
    path("logga-in/", LoginView.as_view(), name="account_login"),
    path("logga-ut/", account.logout, name="account_logout"),
    path("skapa/", account.signup, name="account_signup"),
    path("stangt/", account.account_inactive, name="account_inactive"),
    path("bekrafta-vem-du-ar/", account.reauthenticate, name="account_reauthenticate"),
    # e-mail
    path("e-post/", account.email, name="account_email"),
    path("e-post/bekrafta/", account.email_verification_sent, name="account_email_verification_sent"),
    # log-in by code
    path("engangskod/", account.request_login_code, name="account_request_login_code"),
    path("engangskod/skriv/", account.confirm_login_code, name="account_confirm_login_code"),
    # password
    path("losenord/byt/", account.password_change, name="account_change_password"),
    path("losenord/valj/", account.password_set, name="account_set_password"),
    path("losenord/glomt/", account.password_reset, name="account_reset_password"),
    path("losenord/glomt/kod/", account.confirm_password_reset_code, name="account_confirm_password_reset_code"),
    path("losenord/glomt/nytt/", account.complete_password_reset, name="account_complete_password_reset"),
    path("losenord/glomt/klart/", account.password_reset_from_key_done, name="account_password_reset_completed"),
    # second factor
    path("tvasteg/", mfa.index, name="mfa_index"),
    path("tvasteg/skriv/", mfa.authenticate, name="mfa_authenticate"),
    path("tvasteg/bekrafta/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("tvasteg/app/lagg-till/", totp.activate_totp, name="mfa_activate_totp"),
    path("tvasteg/app/ta-bort/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("tvasteg/reservkoder/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("tvasteg/reservkoder/nya/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("tvasteg/reservkoder/fil/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    # passkeys
    path("passnyckel/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("passnyckel/lagg-till/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("passnyckel/logga-in/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("passnyckel/bekrafta/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("passnyckel/<int:pk>/ta-bort/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("passnyckel/<int:pk>/namn/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    # other organisations' log-in
    path("inloggningar/", providers.connections, name="socialaccount_connections"),
    path("inloggningar/avbruten/", providers.login_cancelled, name="socialaccount_login_cancelled"),
    path("inloggningar/fel/", providers.login_error, name="socialaccount_login_error"),
    path("inloggningar/skapa/", providers.signup, name="socialaccount_signup"),
    path("oidc/<slug:provider_id>/logga-in/", openid_connect.login, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/svar/", openid_connect.callback, name="openid_connect_callback"),
]

if apps.is_installed("allauth.socialaccount.providers.saml"):
    urlpatterns.append(path("", include("allauth.socialaccount.providers.saml.urls")))
