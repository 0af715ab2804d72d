"""Who may not be sent: people for whom a bar of `governance.yml` holds, on a snapshot.

Bars are rules of the audience language, so that whatever a mart knows of consent can bar. A bar that cannot be
evaluated stops delivery: an opt-out that nobody can read is no consent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from muster.errors import ConfigError, Problem, RuleError
from muster.pql import CompiledRule, compile_rule
from muster.schema import Schema
from muster.snapshot import Snapshot

BARRED = pa.schema([("_ord", pa.int64()), ("_id", pa.string()), ("bar", pa.string())])


def barred(snapshot: Snapshot, bars: Mapping[str, str], now: datetime) -> pa.Table:
    """`_ord`, `_id` and `bar` of each person who may not be sent; the first bar in order where several hold.

    Raises ConfigError where a bar cannot be evaluated on the snapshot.
    """
    if not bars:
        return BARRED.empty_table()
    return _barred(snapshot.folder, tuple(bars.items()), now)


def check_bars(bars: Mapping[str, str], schema: Schema, now: datetime) -> list[tuple[str, RuleError]]:
    """What is wrong with each bar, by its name."""
    found = []
    for name, rule in bars.items():
        try:
            compile_rule(rule, "people", schema, now)
        except RuleError as error:
            found.append((name, error))
    return found


@lru_cache(maxsize=4)
def _barred(folder: Path, bars: tuple[tuple[str, str], ...], now: datetime) -> pa.Table:
    snapshot = Snapshot(folder)
    rules = {name: _compiled(snapshot, name, rule, now) for name, rule in bars}
    person = snapshot.schema.of("people")
    columns = _columns(rules.values(), {person.table: {person.key, f"{person.name}_id"}})
    with snapshot.load(columns) as connection:
        parts = [
            f"select members.{person.key} as _ord, {place} as place, '{name}' as bar from ({rule.sql}) as members"
            for place, (name, rule) in enumerate(rules.items())
        ]
        return (
            connection.sql(f"""
            select told._ord::bigint as _ord, person.{person.name}_id as _id, arg_min(told.bar, told.place) as bar
            from ({" union all ".join(parts)}) as told
            inner join {person.table} as person on person.{person.key} = told._ord
            group by told._ord, person.{person.name}_id
        """)
            .to_arrow_table()
            .cast(BARRED)
        )


def _compiled(snapshot: Snapshot, name: str, rule: str, now: datetime) -> CompiledRule:
    try:
        return compile_rule(rule, "people", snapshot.schema, now)
    except RuleError as error:
        what = f"consent.bars.{name}: {error}"
        raise ConfigError([Problem("governance.yml", 0, what, "nothing is sent before it is mended")]) from None


def _columns(rules: Iterable[CompiledRule], needed: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Every table that the rules read, with all column names that occur in them."""
    columns: dict[str, set[str]] = defaultdict(set, {table: set(names) for table, names in needed.items()})
    for rule in rules:
        used = {column.name for column in rule.query.find_all(exp.Column)}
        for table in rule.query.find_all(exp.Table):
            columns[table.name] |= used
    return columns
