"""Log-in through other organisations' systems (OpenID Connect, SAML), read from the settings alone."""

import json
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from kraftsamling.lib.env import ConfigurationError, env_secret

SEE = "See docs/operations.md, “Settings”."


def oidc_apps() -> list[dict[str, Any]]:
    """From OIDC_PROVIDERS: a JSON list of {id, name, client_id, secret or secret_file, server_url}.

    May also hold `trusts_email` (true, or a list of domains: the provider's addresses count as verified even where it does
    not say so) and `origins` (further addresses that the browser passes on its way through log-in).
    """
    return [_oidc_app(entry) for entry in _entries("OIDC_PROVIDERS", ("id", "name", "client_id", "server_url"))]


def _oidc_app(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["client_id"],
        "secret": _secret(entry),
        "settings": {
            "server_url": entry["server_url"],
            "oauth_pkce_enabled": True,
            "verified_email": entry.get("trusts_email", False),
            "origins": [origin_of(entry["server_url"]), *entry.get("origins", [])],
        },
    }


def saml_apps() -> list[dict[str, Any]]:
    """From SAML_PROVIDERS: a JSON list of {id, name, entity_id, and either metadata_url or both sso_url and x509cert}.

    May also hold `attribute_mapping`, `trusts_email` and `origins`, as above, `sp_entity_id`, and `sp_key` and `sp_cert`
    (the keys that sign our own requests).
    """
    entries = _entries("SAML_PROVIDERS", ("id", "name", "entity_id"))
    if entries and find_spec("onelogin") is None:
        raise ConfigurationError(f"SAML_PROVIDERS needs packages that are not installed: uv sync --extra saml. {SEE}")
    return [_saml_app(entry) for entry in entries]


def _saml_app(entry: dict[str, Any]) -> dict[str, Any]:
    source = {name: entry[name] for name in ("metadata_url", "sso_url", "slo_url", "x509cert") if name in entry}
    if "metadata_url" not in source and not {"sso_url", "x509cert"} <= source.keys():
        raise ConfigurationError(f"SAML_PROVIDERS: “{entry['id']}” needs metadata_url, or sso_url and x509cert. {SEE}")
    address = source.get("sso_url") or source["metadata_url"]
    settings: dict[str, Any] = {
        "idp": {"entity_id": entry["entity_id"], **source},
        "verified_email": entry.get("trusts_email", False),
        "origins": [origin_of(address), *entry.get("origins", [])],
        "advanced": {"reject_idp_initiated_sso": True, "strict": True, "want_assertion_signed": True},
    }
    if "attribute_mapping" in entry:
        settings["attribute_mapping"] = entry["attribute_mapping"]
    if "sp_entity_id" in entry:
        settings["sp"] = {"entity_id": entry["sp_entity_id"]}
    if "sp_key" in entry:
        settings["advanced"] |= {"x509cert": entry["sp_cert"], "private_key": entry["sp_key"], "authn_request_signed": True}
    return {"provider_id": entry["entity_id"], "client_id": entry["id"], "name": entry["name"], "settings": settings}


def _checked(name: str, entry: dict[str, Any]) -> None:
    """What may be left out, and is of the right kind where it is not."""

    def require(right: bool, problem: str) -> None:
        if not right:
            raise ConfigurationError(f"{name}: {problem} in “{entry['id']}”. {SEE}")

    for key in ("secret", "secret_file", "x509cert", "sp_entity_id", "sp_key", "sp_cert"):
        require(isinstance(entry.get(key, ""), str), f"“{key}” must be text")
    for key in ("server_url", "metadata_url", "sso_url", "slo_url"):
        require(key not in entry or _is_address(entry[key]), f"“{key}” must be a whole address")
    origins = entry.get("origins", [])
    require(isinstance(origins, list) and all(map(_is_address, origins)), "“origins” must be a list of whole addresses")
    trusts = entry.get("trusts_email", False)
    domains = isinstance(trusts, list) and all(isinstance(domain, str) for domain in trusts)
    require(isinstance(trusts, bool) or domains, "“trusts_email” must be true, false or a list of domains")
    require(isinstance(entry.get("attribute_mapping", {}), dict), "“attribute_mapping” must be an object")
    require(("sp_key" in entry) == ("sp_cert" in entry), "“sp_key” and “sp_cert” go together")


def _is_address(value: Any) -> bool:
    if not isinstance(value, str) or set(value) & set(" ;,'\"\t\r\n"):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname)


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def origins(apps: list[dict[str, Any]]) -> list[str]:
    """Where a log-in form may lead: the browser refuses redirects to anywhere else (form-action)."""
    return sorted({origin for app in apps for origin in app["settings"]["origins"]})


def _entries(name: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    try:
        entries = json.loads(env_secret(name, "[]"))
    except ValueError as error:
        raise ConfigurationError(f"{name} is not JSON: {error}. {SEE}") from None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigurationError(f"{name} must be a JSON list of objects. {SEE}")
    for entry in entries:
        for key in needed:
            if not isinstance(entry.get(key), str) or not entry[key]:
                raise ConfigurationError(f"{name}: “{key}” is missing in “{entry.get('id', '?')}”. {SEE}")
        _checked(name, entry)
    if len({entry["id"] for entry in entries}) < len(entries):
        raise ConfigurationError(f"{name}: two entries have the same “id”. {SEE}")
    return entries


def _secret(entry: dict[str, Any]) -> str:
    path = entry.get("secret_file")
    if not path:
        return entry.get("secret", "")
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - one short file
            return file.read().strip()
    except OSError as error:
        raise ConfigurationError(
            f"OIDC_PROVIDERS: the secret_file of “{entry['id']}” cannot be read ({error.strerror}). {SEE}"
        ) from None
