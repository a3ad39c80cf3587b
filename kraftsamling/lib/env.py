"""Reads the settings from the environment; a wrong value stops the start with one sentence."""

import os
from pathlib import Path


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


def env_int(name: str, default: int, *, least: int = 0) -> int:
    value = env_str(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise _refuse(name, f"is “{value}”, but must be a whole number.") from None
    if number < least:
        raise _refuse(name, f"is {number}, but must be at least {least}.")
    return number


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_secret(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file that NAME_FILE points at (container secrets)."""
    path = env_str(f"{name}_FILE")
    if not path:
        return env_str(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise _refuse(f"{name}_FILE", f"points at “{path}”, which cannot be read ({error.strerror}).") from None
