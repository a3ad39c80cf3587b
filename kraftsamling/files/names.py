"""File names as people may see and save them."""

import re
from pathlib import PurePosixPath

from kraftsamling.lib.text import clean_text

LONGEST = 150
_UNSAFE = re.compile(r'[\\/:*?"<>|\n\t]')
_SPACES = re.compile(r"\s+")


def clean_name(name: str) -> str:
    """The last part of the name, without what no file system takes, its extension kept; “fil” if nothing is left."""
    name = clean_text(str(name or "")).replace("\\", "/").rsplit("/", 1)[-1]
    name = _SPACES.sub(" ", _UNSAFE.sub(" ", name)).strip(" .")
    path = PurePosixPath(name or "fil")
    suffix = path.suffix[:10].lower()
    stem = path.name[: len(path.name) - len(path.suffix)].strip(" .") or "fil"
    return stem[: LONGEST - len(suffix)].strip(" .") + suffix
