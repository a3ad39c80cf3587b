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
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"secret": 5')),
        ("OIDC_PROVIDERS", OIDC.replace("https://id.example/realm", "id.example/realm")),
        ("OIDC_PROVIDERS", OIDC.replace("https://id.example/realm", "https:///realm")),
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"origins": "https://x.example"')),
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"origins": ["x.example"]')),
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"origins": ["https://x.example; script-src *"]')),
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"trusts_email": "ja"')),
        ("OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"trusts_email": [1]')),
        ("OIDC_PROVIDERS", f"[{OIDC[1:-1]}, {OIDC[1:-1]}]"),
        ("SAML_PROVIDERS", SAML.replace("sso_url", "url")),
        ("SAML_PROVIDERS", SAML.replace('"MII"', "3")),
        ("SAML_PROVIDERS", SAML.replace("https://idp.example/sso", "idp")),
        ("SAML_PROVIDERS", SAML.replace('"x509cert"', '"metadata_url": "idp", "x509cert"')),
        ("SAML_PROVIDERS", SAML.replace('"x509cert"', '"sp_key": "k", "x509cert"')),
        ("SAML_PROVIDERS", SAML.replace('"x509cert"', '"sp_cert": "k", "x509cert"')),
        ("SAML_PROVIDERS", SAML.replace('"x509cert"', '"attribute_mapping": "mail", "x509cert"')),
        ("SAML_PROVIDERS", SAML.replace('"x509cert"', '"trusts_email": 1, "x509cert"')),
    ],
)
def test_what_cannot_be_read_stops_the_start_with_one_sentence(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as stop:
        (providers.oidc_apps if name.startswith("OIDC") else providers.saml_apps)()
    assert str(stop.value).startswith(name)
    assert str(stop.value).endswith(providers.SEE)


def test_saml_without_its_packages_stops_the_start(monkeypatch):
    monkeypatch.setenv("SAML_PROVIDERS", SAML)
    monkeypatch.setattr(providers, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="uv sync --extra saml"):
        providers.saml_apps()
    monkeypatch.setenv("SAML_PROVIDERS", "[]")
    assert providers.saml_apps() == []


def test_what_may_stand_beside_the_needed_is_passed_on(monkeypatch):
    monkeypatch.setenv(
        "OIDC_PROVIDERS", OIDC.replace('"secret": "s"', '"trusts_email": ["example.se"], "origins": ["https://x.example"]')
    )
    monkeypatch.setenv(
        "SAML_PROVIDERS",
        SAML.replace('"x509cert"', '"sp_key": "k", "sp_cert": "c", "attribute_mapping": {"email": "mail"}, "x509cert"'),
    )
    [oidc], [saml] = providers.oidc_apps(), providers.saml_apps()
    assert (oidc["settings"]["verified_email"], providers.origins([oidc])) == (
        ["example.se"], ["https://id.example", "https://x.example"],
    )  # fmt: skip
    assert saml["settings"]["advanced"]["private_key"] == "k"
    assert (saml["settings"]["advanced"]["x509cert"], saml["settings"]["attribute_mapping"]) == ("c", {"email": "mail"})


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
