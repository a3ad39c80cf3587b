"""What the documents say about commands and settings is what the code has."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
VERBS = ["run", "test", "check", "fix", "bench", "services"]


def targets():
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    return {found[1] for line in lines if (found := re.match(r"([a-z-]+):(?!=)", line))}


def test_the_makefile_has_the_verbs():
    assert set(VERBS) - targets() == set()


def test_every_make_command_in_the_documents_exists():
    named = {(path.name, verb) for path in DOCUMENTS for verb in re.findall(r"`make ([a-z-]+)", path.read_text(encoding="utf-8"))}

    assert sorted(pair for pair in named if pair[1] not in targets()) == []
    assert {verb for name, verb in named if name == "README.md"} >= {"run", "test", "check"}


def test_every_manage_command_in_the_documents_exists():
    from django.core.management import get_commands

    named = {
        (path.name, name) for path in DOCUMENTS for name in re.findall(r"manage\.py ([a-z_]+)", path.read_text(encoding="utf-8"))
    }

    assert sorted(pair for pair in named if pair[1] not in get_commands()) == []


def settings_read():
    """Names of environment variables that the code reads, and of the files that may hold them."""
    names = set()
    for path in (ROOT / "kraftsamling").rglob("*.py"):
        for function, name in re.findall(
            r"\b(env_[a-z_]+|_entries)\(\s*[\"']([A-Z][A-Z0-9_]+)[\"']", path.read_text(encoding="utf-8")
        ):
            names.add(name)
            if function in {"env_secret", "_entries"}:
                names.add(f"{name}_FILE")
    return names


def settings_described():
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = text.split("## Settings", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}


def test_every_setting_is_described_and_no_other():
    assert sorted(settings_described() ^ settings_read()) == []


def test_links_between_the_documents_lead_somewhere():
    broken = [
        f"{path.name}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]

    assert broken == []
