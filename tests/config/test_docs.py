"""The pages on configuration and on audiences speak of every setting, and their examples are sound."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from muster.config import models
from muster.config.audience_groups import AudienceGroups
from muster.config.guardrails import Guardrails
from tests.conftest import CHECKOUT

PAGES = "\n".join((CHECKOUT / "docs" / name).read_text("utf-8") for name in ("configuration.md", "audiences.md"))
FILES: dict[str, type[BaseModel]] = {
    "sources.yml": models.SourcesFile,
    "identity.yml": models.IdentityFile,
    "destinations.yml": models.DestinationsFile,
    "governance.yml": models.GovernanceFile,
    "audiences/&lt;name&gt;.yml": models.Audience,
    "audience_groups.yml": AudienceGroups,
}


def settings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Every key of a file's model and of the models in it, with the model's name."""
    for name, field in model.model_fields.items():
        yield model.__name__, field.alias or name
        for inner in inside(field.annotation):
            yield from settings(inner)


def inside(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from inside(argument)


def section(file: str) -> str:
    """The section on a file, with its subsections."""
    return PAGES.split(f"\n## {file}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("file", FILES)
def test_every_setting_has_a_row_in_its_files_section(file: str) -> None:
    rows = [line.split("|")[1] for line in section(file).splitlines() if line.startswith("|")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    missing = [f"{model}.{key}" for model, key in settings(FILES[file]) if key not in told]
    assert missing == []


@pytest.mark.parametrize("file", FILES)
def test_a_files_first_example_is_sound(file: str) -> None:
    example = section(file).split("```yaml\n", 1)[1].split("```", 1)[0]
    FILES[file].model_validate(YAML(typ="safe").load(example))


def test_every_choice_is_named() -> None:
    for choice in (*typing.get_args(models.SourceType), *typing.get_args(models.ClassName)):
        assert f"`{choice}`" in section("sources.yml"), choice


def test_the_default_of_every_guardrail_is_told_on_both_pages() -> None:
    for file in ("governance.yml", "Guardrails"):
        rows = [line.split("|") for line in section(file).splitlines() if line.startswith("| `")]
        told = {
            name: int(number)
            for row in rows
            for name, number in zip(
                re.findall(r"`(\w+)`", row[1]),
                re.findall(r"\d+", row[-2 if file == "governance.yml" else 2]),
                strict=False,
            )
        }
        for name, field in Guardrails.model_fields.items():
            assert told[name] == field.default.limit, (file, name)
