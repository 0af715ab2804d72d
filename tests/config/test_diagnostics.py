"""Mistakes in audience files as an editor is told them: where they stand in the file, and what is underlined."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.config.diagnostics import Diagnostic, diagnose
from muster.settings import Settings
from tests.audiences.sample_world import publish_sample

DESTINATIONS = "destinations:\n  - {name: outbox, type: files, path: out}\n"
GOOD = "name: good\nof: people\nrule: b2b.personScore > 50\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings.at(tmp_path / "config", tmp_path / "data")
    (found.config / "audiences").mkdir(parents=True)
    (found.config / "sources.yml").write_text("organization: acme\n")
    (found.config / "destinations.yml").write_text(DESTINATIONS)
    publish_sample(found)
    return found


def diagnosed(settings: Settings, name: str, text: str) -> list[Diagnostic]:
    path = settings.config / "audiences" / f"{name}.yml"
    path.write_text(text)
    return diagnose(settings, [(path, None)])


def underlined(item: Diagnostic, text: str) -> str:
    return text.split("\n")[item.line - 1][item.column - 1 : item.end_column - 1]


def test_every_mistake_in_a_rule_stands_where_it_is_in_the_file(settings: Settings) -> None:
    text = (
        "name: wrong\nof: people\nrule: |\n"
        '  workAdress.country = "US"\n'
        "  and b2b.personScor > 50 and b2b.personScore > 10\n"
    )
    found = diagnosed(settings, "wrong", text)
    assert [(item.line, underlined(item, text)) for item in found] == [
        (4, "workAdress.country"), (5, "b2b.personScor"),
    ]  # fmt: skip
    assert "did you mean workAddress.country" in found[0].mend


def test_a_rule_on_the_keys_own_line_and_one_that_is_no_pql(settings: Settings) -> None:
    text = "name: wrong\nof: people\nrule: b2b.personScore >> 50\n"
    (found,) = diagnosed(settings, "wrong", text)
    assert (found.line, found.column) == (3, text.split("\n")[2].index(">>") + 2)


def test_a_destination_and_a_field_that_are_not_there(settings: Settings) -> None:
    text = GOOD + "activate:\n  - destination: outbx\n    fields: {mail: workEmail.addres}\n"
    found = diagnosed(settings, "good", text)
    assert [(item.line, underlined(item, text)) for item in found] == [(5, "outbx"), (6, "workEmail.addres")]


def test_a_key_that_no_audience_has(settings: Settings) -> None:
    text = GOOD + "owners: me@example.com\n"
    (found,) = diagnosed(settings, "good", text)
    assert underlined(found, text) == "owners"


def test_what_is_not_yaml_is_told_with_its_line(settings: Settings) -> None:
    (found,) = diagnosed(settings, "good", "name: good\nof: [people\nrule: x\n")
    assert "YAML" in found.message


def test_text_that_is_not_saved_yet_counts_instead_of_the_files(settings: Settings) -> None:
    path = settings.config / "audiences" / "good.yml"
    path.write_text(GOOD)
    assert diagnose(settings, [(path, GOOD.replace("Score", "Scor"))])
    assert diagnose(settings, [(path, None)]) == []


def test_other_files_keep_their_mistakes_to_themselves(settings: Settings) -> None:
    (settings.config / "audiences" / "other.yml").write_text("name: other\nof: people\nrule: nothing.here = 1\n")
    assert diagnosed(settings, "good", GOOD) == []
    assert {item.file for item in diagnose(settings, [])} == {"audiences/other.yml"}


def test_the_protocol_counts_from_nought(settings: Settings) -> None:
    (found,) = diagnosed(settings, "wrong", "name: wrong\nof: people\nrule: b2b.personScor > 50\n")
    told = found.to_json()
    assert told["range"] == {"start": {"line": 2, "character": 6}, "end": {"line": 2, "character": 20}}
    assert told["severity"] == 1
