"""The file of decisions: what is read, what is refused and where, and how a decision is added."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.config.load import load
from muster.errors import ConfigError
from muster.identity.decisions import DECISIONS_FILE, Decision, add_decisions, read_decisions

HEADER = "kind,left,right,decision,cause,decided_by,decided_at,note\n"


def same(left: str, right: str, **told: object) -> Decision:
    return Decision.model_validate({"kind": "person", "left": left, "right": right, "decision": "same", **told})


def written(folder: Path, lines: str) -> Path:
    path = folder / DECISIONS_FILE
    path.write_text(lines)
    return path


def mistakes(folder: Path, lines: str) -> str:
    with pytest.raises(ConfigError) as found:
        read_decisions(written(folder, HEADER + lines))
    return str(found.value)


def test_comments_and_empty_lines_are_no_decisions(tmp_path: Path) -> None:
    path = written(tmp_path, f"# why\n\n{HEADER}person, a , b ,same,,,2026-03-01,\n# later\n")
    (found,) = read_decisions(path)
    assert (found.left, found.right, found.cause) == ("a", "b", "review")
    assert found.decided_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert read_decisions(tmp_path / "absent.csv") == []


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("person,a,b,equal,,,,\n", f"{DECISIONS_FILE}:2: unknown decision 'equal' (write same or different)"),
        ("persn,a,b,same,,,,\n", f"{DECISIONS_FILE}:2: unknown kind 'persn' (did you mean person?)"),
        ("person,a,a,same,,,,\n", f"{DECISIONS_FILE}:2: a stands on both sides (name two different records)"),
        ("person,a,,same,,,,\n", f"{DECISIONS_FILE}:2: 'right' is empty (name the source key of a record)"),
        ("person,a,b,same,,,soon,\n", "'soon' is no time"),
        ("person,a,b,same,,,,x,y\n", "more cells than the header has columns"),
        ("person,a,b,same,,,,\n\nperson,b,a,different,,,,\n", ":4: b and a are 'different' here and 'same' on line 2"),
        ("person,a,b,same,,,,\nperson,c,b,same,,,,\nperson,a,c,different,,,,\n", ":4: a and c are 'different' here"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, lines: str, told: str) -> None:
    assert told in mistakes(tmp_path, lines)


def test_an_account_and_a_person_of_the_same_key_have_nothing_to_do_with_each_other(tmp_path: Path) -> None:
    assert len(read_decisions(written(tmp_path, f"{HEADER}person,a,b,same\naccount,a,b,different\n"))) == 2


def test_a_missing_or_unknown_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown column 'verdict'"):
        read_decisions(written(tmp_path, "kind,left,right,verdict\nperson,a,b,same\n"))


def test_a_fresh_decision_takes_the_place_of_the_older_one(tmp_path: Path) -> None:
    path = written(tmp_path, f"# ours\n{HEADER}person,b,a,different,review,Ann,,\nperson,c,d,same,review,Ann,,\n")
    add_decisions(path, [same("a", "b", decided_by="Bob", note='he said: "twins", not one')])
    assert path.read_text().startswith("# ours\n")
    assert [(item.left, item.decision, item.decided_by) for item in read_decisions(path)] == [
        ("c", "same", "Ann"),
        ("a", "same", "Bob"),
    ]
    assert read_decisions(path)[1].note == 'he said: "twins", not one'


def test_a_decision_that_contradicts_the_others_is_not_written(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEADER}person,a,b,same\nperson,a,c,different\n")
    before = path.read_text()
    with pytest.raises(ConfigError, match="drop one of these lines"):
        add_decisions(path, [same("b", "c")])
    assert path.read_text() == before


def test_the_file_is_made_where_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / DECISIONS_FILE
    add_decisions(path, [same("a", "b", note="two\nlines")])
    assert path.read_text() == f"{HEADER}person,a,b,same,review,,,two lines\n"


def test_the_configuration_is_wrong_where_a_decision_is(tmp_path: Path) -> None:
    (tmp_path / "sources.yml").write_text("organization: x\n")
    written(tmp_path, f"{HEADER}person,a,b,equal,,,,\n")
    with pytest.raises(ConfigError, match="unknown decision"):
        load(tmp_path)
