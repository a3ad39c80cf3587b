"""A kind of document for the killed worker: it stands still until a file is there, and counts how often it was begun."""

import os
import time
from pathlib import Path

from pilots import builds

FOLDER = Path(os.environ.get("SLOW_DOCUMENTS", "/nonexistent"))


def make(build, progress):
    progress(1, 2)
    (FOLDER / f"begun-{build.pk}-{build.attempts}").touch()
    until = time.monotonic() + 60
    while not (FOLDER / "go").exists() and time.monotonic() < until:
        time.sleep(0.05)
    return builds.Made("langsamt.pdf", b"%PDF-1.7")


builds.register("slow", make=make, readers=lambda user, build: True, title=str, back=lambda build: "/")
