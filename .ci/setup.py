#!/usr/bin/env python3
"""Makes a machine ready: uv, the locked packages and the system libraries. Needs nothing but Python.

setup.py run     what running the product takes
setup.py check   and the tools that read the code
setup.py test    and a browser, PostgreSQL and Redis
"""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OWN_UV = ROOT / ".uv"
LEAST_PYTHON = (3, 11)
LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}
"""Debian's package and the file that it holds; the PDF maker draws its text with them."""


FOR_RUNNING = ["--no-dev"]
FOR_TESTS = ["--extra", "saml"]
"""Beside the tools for development; what an installation has by choice is tested too."""


class MissingError(SystemExit):
    """Something is missing that we cannot install ourselves. One sentence."""


def is_root_with_apt() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str], why: str) -> None:
    """By apt where we may, otherwise the person is told what to do."""
    names = " ".join(packages)
    if not is_root_with_apt():
        raise MissingError(f"{why} Install it first, on Debian or Ubuntu with: sudo apt-get install {names}")
    print(f"Installing {names} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", "update"], env=environment, check=False, stdout=subprocess.DEVNULL)
    command = ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages]
    if subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL).returncode:
        raise MissingError(f"{why} Installing it failed (see above); try again, or run: apt-get install {names}")


def works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def find_uv() -> str:
    """The uv on the path, ours, or one that we install into a folder of its own."""
    for candidate in (shutil.which("uv"), str(OWN_UV / "bin" / "uv")):
        if candidate and works([candidate, "--version"]):
            return candidate
    if not works([sys.executable, "-c", "import ensurepip"]):
        install(["python3-venv"], "This Python cannot make virtual environments (the module venv is missing).")
    print("Installing uv …", flush=True)
    shutil.rmtree(OWN_UV, ignore_errors=True)
    pip = [str(OWN_UV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv"]
    for command in ([sys.executable, "-m", "venv", str(OWN_UV)], pip):
        if subprocess.run(command, check=False).returncode:
            raise MissingError(
                "Installing uv failed (see above): check the network, or install uv yourself so that it is on the path."
            )
    return str(OWN_UV / "bin" / "uv")


def has_packages(stamp: Path, mark: str) -> bool:
    return (
        stamp.exists()
        and stamp.read_text(encoding="ascii") == mark
        and works([str(VENV / "bin" / "python"), "-c", "import django"])
    )


def mark_of_the_packages() -> str:
    """Changes with what is locked, and with what we ask for of it."""
    mark = hashlib.sha256(" ".join([*FOR_RUNNING, *FOR_TESTS]).encode())
    for name in ("uv.lock", "pyproject.toml"):
        mark.update((ROOT / name).read_bytes())
    return mark.hexdigest()


def sync(*, dev: bool) -> None:
    """The locked packages; asks nobody when they are already there, so that a second start needs no network."""
    mark = mark_of_the_packages()
    stamps = [VENV / ".packages-run", *([VENV / ".packages-dev"] if dev else [])]
    if all(has_packages(stamp, mark) for stamp in stamps):
        return
    command = [find_uv(), "sync", "--locked", "--inexact", "--quiet", *(FOR_TESTS if dev else FOR_RUNNING)]
    environment = {
        **os.environ,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS", "true"),  # behind a proxy that has its own certificate
    }
    environment.pop("VIRTUAL_ENV", None)
    if not os.access(os.environ.get("HOME", "/nowhere"), os.W_OK):
        environment.setdefault("UV_CACHE_DIR", str(OWN_UV / "cache"))
    if not (VENV / "bin" / "python").exists():
        command += ["--python", sys.executable]
    print("Installing the locked packages …", flush=True)
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise MissingError(
            "Installing the packages failed (see above): check the network and the disk, and run the same command again."
        )
    for stamp in stamps:
        stamp.write_text(mark, encoding="ascii")


def loads(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def require_libraries() -> None:
    if sys.platform != "linux":
        return  # elsewhere the files have other names; the PDF maker says itself what it lacks
    if missing := [package for package, file in LIBRARIES.items() if not loads(file)]:
        install(missing, f"The system libraries {', '.join(missing)} are missing, without which no PDF can be made.")


def with_sbin() -> str:
    """Where Debian puts servers is on the path of root alone."""
    return f"{os.environ.get('PATH', '')}:/usr/sbin"


def require_test_services() -> None:
    missing = {
        "chromium": not (os.environ.get("CHROMIUM") or shutil.which("chromium")) and "Chromium, for the browser tests",
        "postgresql": not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and not shutil.which("initdb") and "PostgreSQL",
        "poppler-utils": not (shutil.which("pdftotext") and shutil.which("pdffonts"))
        and "poppler, which reads the PDFs that are made",
        "nginx-light": not shutil.which("nginx", path=with_sbin()) and "nginx, which reads the configuration of the proxy",
    }
    if wanted := {package: what for package, what in missing.items() if what}:
        install(list(wanted), f"The tests need {' and '.join(wanted.values())}.")


def main(purpose: str) -> None:
    if sys.version_info < LEAST_PYTHON:
        least = ".".join(map(str, LEAST_PYTHON))
        raise MissingError(f"Python {least} or later is needed, but python3 is {sys.version.split()[0]}.")
    require_libraries()
    sync(dev=purpose != "run")
    if purpose == "test":
        require_test_services()


if __name__ == "__main__":
    if sys.argv[1:] not in (["run"], ["check"], ["test"]):
        raise SystemExit(__doc__)
    main(sys.argv[1])
