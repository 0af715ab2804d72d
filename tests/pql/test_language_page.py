"""The language page: every example in it runs, and tells some of the sample rows from the others."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from muster.errors import RuleError
from muster.pql import compile_rule
from muster.schema import ENTITIES
from tests.pql.sample import NOW, SCHEMA, who

PAGE = Path(__file__).resolve().parents[2] / "docs" / "language.md"
BLOCKS = re.findall(
    r"^```pql of=(\w+)( refused)?\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize(("of", "rule"), [(of, rule) for of, refused, rule in BLOCKS if not refused])
def test_an_example_takes_some_and_leaves_some(rows: duckdb.DuckDBPyConnection, of: str, rule: str) -> None:
    found = who(rows, rule, of, segment_table=lambda name: f"seg_{name}")
    everyone = rows.execute(f"select count(*) from {ENTITIES[of]}").fetchall()[0][0]
    assert 0 < len(found) < everyone


@pytest.mark.parametrize(("of", "rule"), [(of, rule) for of, refused, rule in BLOCKS if refused])
def test_a_form_that_is_not_there_yet_is_refused_by_name(of: str, rule: str) -> None:
    with pytest.raises(RuleError, match="not supported here yet"):
        compile_rule(rule, of, SCHEMA, NOW)


def test_no_example_escapes_these_tests() -> None:
    assert len(BLOCKS) == PAGE.read_text(encoding="utf-8").count("```pql")
