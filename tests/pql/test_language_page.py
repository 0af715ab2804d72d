"""The language page: every example in it runs, and tells some of the sample rows from the others."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from muster.schema import ENTITIES
from tests.pql.sample import who

PAGE = Path(__file__).resolve().parents[2] / "docs" / "language.md"
BLOCKS = re.findall(r"^```pql of=(\w+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("of", "rule"), BLOCKS)
def test_an_example_takes_some_and_leaves_some(rows: duckdb.DuckDBPyConnection, of: str, rule: str) -> None:
    found = who(rows, rule, of, segment_table=lambda name: f"seg_{name}")
    everyone = rows.execute(f"select count(*) from {ENTITIES[of]}").fetchall()[0][0]
    assert 0 < len(found) < everyone


def test_no_example_escapes_these_tests() -> None:
    assert len(BLOCKS) == PAGE.read_text(encoding="utf-8").count("```pql")
