import pytest

from kraftsamling.accounts import providers
from kraftsamling.lib.env import ConfigurationError

OIDC = '[{"id": "a", "name": "A", "client_id": "c", "secret": "s", "server_url": "https://id.example/realm"}]'
SAML = '[{"id": "b", "name": "B", "entity_id": "https://idp.example/x", "sso_url": "https://idp.example/sso", "x509cert": "MII"}]'


def test_nothing_is_configured_by_default(monkeypatch):
    monkeypatch.delenv("OIDC_PROVIDERS", raising=False)
    monkeypatch.delenv("SAML_PROVIDERS", raising=False)
    assert (providers.oidc_apps(), providers.saml_apps()) == ([], [])


def test_an_oidc_provider_becomes_an_app_and_its_origin_is_allowed(monkeypatch):
    monkeypatch.setenv("OIDC_PROVIDERS", OIDC)
    [app] = providers.oidc_apps()
    assert (app["provider_id"], app["name"], app["client_id"], app["secret"]) == ("a", "A", "c", "s")
    assert (app["settings"]["server_url"], app["settings"]["verified_email"]) == ("https://id.example/realm", False)
    assert providers.origins([app]) == ["https://id.example"]


def test_a_secret_may_lie_in_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from the file\n")
    monkeypatch.setenv("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', f'"secret_file": "{tmp_path}/secret"'))
    assert providers.oidc_apps()[0]["secret"] == "from the file"


def test_a_saml_provider_becomes_an_app_and_its_origin_is_allowed(monkeypatch):
    monkeypatch.setenv("SAML_PROVIDERS", SAML)
    [app] = providers.saml_apps()
    assert (app["provider_id"], app["client_id"], app["name"]) == ("https://idp.example/x", "b", "B")
    assert app["settings"]["idp"]["sso_url"] == "https://idp.example/sso"
    assert providers.origins([app]) == ["https://idp.example"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OIDC_PROVIDERS", "{"),
        ("OIDC_PROVIDERS", "{}"),
        ("OIDC_PROVIDERS", "[1]"),
        ("OIDC_PROVIDERS", OIDC.replace('"id": "a"', '"id": ""')),
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"secret_file": "/nowhere/secret"')),
        ("SAML_PROVIDERS", SAML.replace("sso_url", "url")),
    ],
)
def test_what_cannot_be_read_stops_the_start_with_one_sentence(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as stop:
        (providers.oidc_apps if name.startswith("OIDC") else providers.saml_apps)()
    assert str(stop.value).startswith(name)


def test_saml_metadata_and_request_when_a_provider_is_configured(tmp_path):
    import os
    import subprocess
    import sys

    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from django.test import Client; client = Client(headers={'host': 'localhost'})\n"
        "print(client.get('/konto/saml/b/metadata/').content.decode())\n"
        "print(client.post('/konto/saml/b/login/')['Location'].partition('=')[0])\n"
    )
    environment = {
        **os.environ, "SAML_PROVIDERS": SAML, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "kraftsamling.settings", "DEBUG": "on",
    }  # fmt: skip
    shown = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.count("/konto/saml/b/acs/") == 1
    assert shown.stdout.splitlines()[-1] == "https://idp.example/sso?SAMLRequest"
