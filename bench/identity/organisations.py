"""Organisations: `muster resolve` and `muster match` beside Splink, and beside the naive rule of each set."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from duckdb import DuckDBPyConnection
from splink.internals.exceptions import SplinkException

from bench.identity import splink_organisations
from bench.identity.account_sets import MATCHED, RESOLVED, LeadSet
from bench.identity.scoring import Score, muster, run
from bench.identity.sets import SHARED, TruthSet
from muster.identity.organisations.match_truth import match_quality
from muster.identity.truth import Quality, quality
from muster.sql import connect, identifier, literal


def scores(names: Sequence[str] = ()) -> Iterator[Score]:
    """Of every set that is there (or of those named): ours, Splink's, the naive rule's; of leads, ours and the naive."""  # noqa: E501
    with tempfile.TemporaryDirectory() as folder, connect() as connection:
        for each in RESOLVED:
            if (SHARED / each.folder).is_dir() and (not names or each.name in names):
                yield from _resolved(connection, each, Path(folder))
        for leads in MATCHED:
            if (SHARED / leads.folder).is_dir() and (not names or leads.name in names):
                yield from _matched(connection, leads, Path(folder))


def _resolved(connection: DuckDBPyConnection, each: TruthSet, place: Path) -> Iterator[Score]:
    path, out = each.write(connection, place), place / "clusters.csv"
    _load(connection, path, "bench_records")
    rows = _count(connection, "bench_records")
    seconds, memory = run(
        [muster(), "resolve", str(path), "--kind", "account", *_options(each.maps), "--out", str(out)]
    )
    found = quality(connection, f"read_csv({literal(out)}, all_varchar = true)", "truth", "cluster_id")
    yield Score(each.name, rows, "muster resolve", found, seconds, memory)
    began = time.perf_counter()
    with suppress(ValueError, SplinkException):  # a set on which its training does not come to an end has no line of it
        connection.register("bench_splink", splink_organisations.clusters(connection, "bench_records", each))
        found = quality(connection, "bench_records inner join bench_splink using (_row)", "truth", "cluster_id")
        yield Score(each.name, rows, "Splink", found, time.perf_counter() - began)
        connection.unregister("bench_splink")
    agreed = " || chr(31) || ".join(f"nullif(trim({identifier(name)}), '')" for name in each.naive)
    found = quality(connection, "bench_records", "truth", f"coalesce({agreed}, _row::varchar)")
    yield Score(each.name, rows, each.naive_name, found, 0)


def _matched(connection: DuckDBPyConnection, each: LeadSet, place: Path) -> Iterator[Score]:
    folder = SHARED / each.folder
    leads, accounts, out = place / "leads.csv", place / "accounts.csv", place / "matches.csv"
    for sql, path in ((each.leads, leads), (each.accounts, accounts)):
        connection.execute(f"copy ({sql.format(folder)}) to {literal(path)} (header)")
    seconds, memory = run(
        [muster(), "match", str(leads), "--accounts", str(accounts), *_options(each.maps), "--out", str(out)]
    )
    _load(connection, leads, "bench_leads")
    rows = _count(connection, "bench_leads")
    answers = f"(select lead_row - 1 as lead_row, * exclude (lead_row) from read_csv({literal(out)}, all_varchar = true, types = {{'lead_row': 'bigint'}}))"  # noqa: E501
    yield Score(each.name, rows, "muster match", _as_pairs(connection, answers), seconds, memory)
    naive = f"""(
        select _row as lead_row, min(id) as account, case when count(id) = 1 then 'match' else 'none' end as decision
        from bench_leads left join read_csv({literal(accounts)}, all_varchar = true) on lower(trim(company)) = lower(trim(name))
        group by _row
    )"""  # noqa: E501
    yield Score(each.name, rows, "same name, of one account", _as_pairs(connection, naive), 0)


def _as_pairs(connection: DuckDBPyConnection, answers: str) -> Quality:
    found = match_quality(connection, "bench_leads", answers, "truth")
    return Quality(found.true, found.matched, found.right)


def _load(connection: DuckDBPyConnection, path: Path, table: str) -> None:
    connection.execute(
        f"create or replace temp table {table} as select *, row_number() over () - 1 as _row"
        f" from read_csv({literal(path)}, all_varchar = true)"
    )


def _count(connection: DuckDBPyConnection, table: str) -> int:
    return int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])


def _options(maps: Sequence[str]) -> list[str]:
    return [argument for entry in maps for argument in ("--map", entry)]
