"""Tables follow the layers, and who did something stands beside when it was done."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CheckConstraint, Q

LAYERS = [
    {"pilots"},
    {"grants"},
    {"forum"},
    {"mapping"},
    {"programmes"},
    {"accounts"},
    {"places"},
    {"notifications"},
    {"audit", "files", "search"},
]
HEIGHT = {label: len(LAYERS) - place for place, labels in enumerate(LAYERS) for label in labels}
STRANGERS = [{"grants", "forum", "mapping"}, {"pilots", "forum", "mapping"}, {"audit", "files", "search"}]
DONE_BY_THE_SYSTEM_TOO = {
    ("programmes.ProgrammeRole", "given"), ("files.StoredFile", "stored"), ("pilots.DocumentBuild", "asked"),
}  # fmt: skip
"""Pairs whose moment is always there while the person may be missing, because nobody pressed a button."""

OWN_MODELS = [model for model in apps.get_models() if model._meta.app_label in HEIGHT]


def own_links():
    for model in OWN_MODELS:
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and not field.auto_created else None
            if target is not None and target in OWN_MODELS:
                yield model, field.name, target


def is_allowed(source, target):
    if target._meta.label == settings.AUTH_USER_MODEL or source._meta.app_label == target._meta.app_label:
        return True
    pair = {source._meta.app_label, target._meta.app_label}
    return (
        not any(pair <= strangers for strangers in STRANGERS) and HEIGHT[target._meta.app_label] < HEIGHT[source._meta.app_label]
    )


def test_foreign_keys_follow_the_layers():
    wrong = [
        f"{source._meta.label}.{name} → {target._meta.label}"
        for source, name, target in own_links()
        if not is_allowed(source, target)
    ]

    assert wrong == []


def test_every_app_of_ours_has_a_place_in_the_layers():
    ours = {config.label for config in apps.get_app_configs() if config.name.split(".")[0] in {"kraftsamling", *HEIGHT}}

    assert ours - set(HEIGHT) == {"kraftsamling", "ui"} & ours


def pairs():
    for model in OWN_MODELS:
        names = {field.name for field in model._meta.concrete_fields}
        for name in sorted(names):
            if name.endswith("_at") and f"{name[:-3]}_by" in names:
                yield model, name[:-3]


def holds_together(model, stem):
    """A constraint refuses the moment without the person, and the person without the moment."""
    at, by = model._meta.get_field(f"{stem}_at"), model._meta.get_field(f"{stem}_by")
    if not at.null and not by.null:
        return True
    conditions = [one.condition for one in model._meta.constraints if isinstance(one, CheckConstraint)]
    return any({at.name, by.name} <= set(mentioned(condition)) for condition in conditions)


def mentioned(condition):
    for child in condition.children:
        if isinstance(child, Q):
            yield from mentioned(child)
        elif isinstance(child, tuple) and (child[0].endswith("__isnull") or child[1] is None):
            yield child[0].removesuffix("__isnull")


@pytest.mark.parametrize(
    ("model", "stem"), [pytest.param(model, stem, id=f"{model._meta.label}.{stem}") for model, stem in pairs()]
)
def test_moment_and_person_stand_together(model, stem):
    expected = (model._meta.label, stem) not in DONE_BY_THE_SYSTEM_TOO

    assert holds_together(model, stem) is expected
