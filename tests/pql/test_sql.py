"""What reaches SQL: no text unescaped, no node but known ones, and the same rule in another engine's dialect."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from sqlglot import exp

from muster.pql import compile_rule, parse, tree
from tests.pql.sample import NOW, SCHEMA, database, who
from tests.pql.test_forms import ACCOUNTS, PEOPLE
from tests.pql.test_times import TIMES

RULES = [
    *[("people", rule) for rule in PEOPLE],
    *[("accounts", rule) for rule in ACCOUNTS],
    *[("activity", f"timestamp {rule}") for rule in TIMES],
]
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NAMES = database({"person": [(1, *[None] * 12)]})


def quoted(text: str, quote: str) -> str:
    return quote + text.replace("\\", "\\\\").replace(quote, f"\\{quote}") + quote


@given(texts, st.sampled_from("\"'"))
def test_any_text_survives_the_way_to_the_engine(text: str, quote: str) -> None:
    NAMES.execute("update person set first_name = ?", [text])
    literal = quoted(text, quote)
    for condition in (f"= {literal}", f"in [{literal}]", f".equals({literal})", f".contains({literal})"):
        assert who(NAMES, f"person.name.firstName {condition}") == [1]
    assert who(NAMES, f"person.name.firstName != {literal}") == []
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    assert who(NAMES, f"person.name.firstName like {quoted(pattern, quote)}") == [1]


@given(texts, texts)
def test_a_text_never_ends_early(text: str, other: str) -> None:
    NAMES.execute("update person set first_name = ?", [text])
    assert bool(who(NAMES, f"person.name.firstName = {quoted(other, chr(34))}")) is (text == other)


@given(texts)
def test_texts_read_as_they_were_written(text: str) -> None:
    node = parse(quoted(text, '"'))
    assert isinstance(node, tree.Literal)
    assert node.value == text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"a\"b"', 'a"b'),
        (r"'it\'s'", "it's"),
        (r'"\\d"', r"\d"),
        (r'"\n\t\u00e9"', "\n\té"),
        (r'"\ud83d\ude00"', "😀"),
    ],
)
def test_escapes(written: str, read: str) -> None:
    node = parse(written)
    assert isinstance(node, tree.Literal)
    assert node.value == read


def test_the_name_of_an_audience_is_escaped_as_a_relation() -> None:
    connection = database({"person": [(1, *[None] * 12)]})
    connection.execute('create table "x"" or 1=1 --" as select 1 as _ord where false')
    assert who(connection, 'inSegment("x\\" or 1=1 --")', segment_table=str) == []


@pytest.mark.parametrize(("of", "rule"), RULES)
def test_another_engine_reads_the_rule_without_unknown_functions(of: str, rule: str) -> None:
    compiled = compile_rule(rule, of, SCHEMA, NOW, segment_table=lambda name: f"seg_{name}", dialect="spark")
    from_duckdb = sqlglot.transpile(compiled.query.sql("duckdb"), read="duckdb", write="spark")[0]
    for text in (compiled.sql, from_duckdb):
        nodes = list(sqlglot.parse_one(text, read="spark").walk())
        assert not [node for node in nodes if isinstance(node, exp.Anonymous | exp.Command)]
        assert "&&" not in text


def test_a_query_selects_the_key_alone() -> None:
    for of, key in (("people", "_ord"), ("accounts", "_ord"), ("opportunity", "opportunity_id")):
        assert compile_rule("true", of, SCHEMA, NOW).query.named_selects == [key]


def test_asking_whether_there_are_any_does_not_count() -> None:
    for rule in ("opportunities.count() > 0", "opportunities.count() >= 1", "opportunities.count() = 0"):
        sql = compile_rule(rule, "people", SCHEMA, NOW).sql
        assert "COUNT" not in sql
        assert "EXISTS" in sql


def test_only_negated_comparisons_are_guarded_against_null() -> None:
    plain = compile_rule('b2b.personScore > 1 and workAddress.country != "US"', "people", SCHEMA, NOW).sql
    assert "COALESCE" not in plain
    assert "COALESCE" in compile_rule("not b2b.personScore > 1", "people", SCHEMA, NOW).sql


def test_a_relation_to_one_is_joined_once() -> None:
    rule = 'account.accountName = "a" or account.accountNumber = "b" or account.parent.accountName = "c"'
    assert compile_rule(rule, "people", SCHEMA, NOW).sql.count("JOIN") == 2


def test_nobody_is_selected_twice_however_many_rows_fit(rows: duckdb.DuckDBPyConnection) -> None:
    rule = "opportunities.opportunityAmount.amount > 0 and accounts.isNotNull() and xEvent.count() >= 0"
    found = who(rows, rule)
    assert found == sorted(set(found))
