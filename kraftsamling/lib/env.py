"""Reads the settings from the environment; a wrong value stops the start with one sentence."""

import os
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit


class ConfigurationError(SystemExit):
    """A setting is missing or wrong. Shown as one sentence, without a traceback."""


def _refuse(name: str, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{name} {problem} See docs/operations.md, “Settings”.")


def env_str(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def env_choice(name: str, choices: tuple[str, ...], default: str) -> str:
    value = env_str(name, default)
    if value not in choices:
        raise _refuse(name, f"is “{value}”, but must be one of {', '.join(choices)}.")
    return value


def env_bool(name: str, default: bool) -> bool:
    value = env_str(name, "on" if default else "off").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise _refuse(name, f"is “{value}”, but must be on or off.")


def env_int(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    value = env_str(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise _refuse(name, f"is “{value}”, but must be a whole number.") from None
    if number < least:
        raise _refuse(name, f"is {number}, but must be at least {least}.")
    if most is not None and number > most:
        raise _refuse(name, f"is {number}, but must be at most {most}.")
    return number


def env_folder(name: str, default: Path) -> Path:
    """A folder that we may write in; made if it is not there."""
    folder = Path(env_str(name, str(default))).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refuse(name, f"is “{folder}”, where no folder can be made ({error.strerror}).") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _refuse(name, f"is “{folder}”, where nothing can be written.")
    return folder


def check_url(name: str, value: str, schemes: tuple[str, ...], example: str) -> None:
    """Whole addresses only; the value itself may hold a password and is never shown."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname or parts.path) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise _refuse(
            name, f"must be a whole address that begins with {' or '.join(f'{one}://' for one in schemes)}, such as {example}."
        )


def env_site(name: str, default: str) -> str:
    """The address of the site itself: scheme, host and perhaps a port; links and the origin of forms are made of it."""
    value = env_str(name, default).rstrip("/")
    example = "https://kraftsamling.example.se"
    check_url(name, value, ("https", "http"), example)
    if value != f"{urlsplit(value).scheme}://{urlsplit(value).netloc}" or set(value) & set("@ "):
        raise _refuse(
            name, f"must be a whole address that begins with https:// or http://, such as {example}, and nothing after it."
        )
    return value


def env_hosts(name: str, default: str) -> list[str]:
    value = env_str(name, default)
    hosts = env_list(name, default)
    if not hosts or any(set(host) & set("/ @?#") for host in hosts):
        raise _refuse(name, f"is “{value}”, but must be names of hosts with commas between.")
    return hosts


def env_sender(name: str, default: str) -> str:
    """One address, with a name before it or not."""
    value = env_str(name, default)
    user, _, host = parseaddr(value)[1].rpartition("@")
    if not user or not host or " " in host:
        raise _refuse(name, f"is “{value}”, but must be an address for mail, such as Kraftsamling <post@example.se>.")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_days(name: str, default: tuple[int, ...]) -> tuple[int, ...]:
    """Whole numbers of days with commas between."""
    parts = env_list(name, ",".join(str(days) for days in default))
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise _refuse(name, f"is “{','.join(parts)}”, but must be whole numbers of days with commas between, such as 14,3.")
    return tuple(int(part) for part in parts)


def env_prefix(name: str) -> str:
    """The beginning of addresses on our own site, such as /private/; empty if it is not used."""
    value = env_str(name)
    if value and not (value.startswith("/") and value.endswith("/")):
        raise _refuse(name, f"is “{value}”, but must begin and end with “/”.")
    return value


def env_secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points at (container secrets)."""
    path = env_str(f"{name}_FILE")
    if not path:
        return env_str(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _refuse(f"{name}_FILE", f"points at “{path}”, which cannot be read ({error.strerror}).") from None
