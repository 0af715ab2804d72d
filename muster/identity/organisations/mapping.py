"""`--map COLUMN=PATH …` over two files: what the columns of the leads and of the accounts mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from muster.identity.files import FileError, Records
from muster.identity.matching.columns import Column
from muster.identity.matching.meanings import Meaning
from muster.identity.matching.told import column as told_column
from muster.identity.organisations.match import is_account_id

_NAMES = (Meaning.company_name, Meaning.full_name)


@dataclass(frozen=True)
class Mapping:
    """The columns to compare of either file; of the accounts also the id and the first name, where mapped."""

    leads: Sequence[Column]
    accounts: Sequence[Column]
    account_id: str | None
    account_name: str | None


def mapping(
    connection: DuckDBPyConnection,
    leads: Records,
    accounts: Records,
    maps: Sequence[str],
    account_maps: Sequence[str],
    answer: str | None,
) -> Mapping:
    """What `--map` and `--account-map` say. Raises FileError for what is in neither file, or compares the answer."""
    shared = [_parted("--map", each) for each in maps]
    own = [_parted("--account-map", each) for each in account_maps]
    for name, _ in shared:
        if not _has(leads, name) and not _has(accounts, name):
            raise FileError(f"--map {name}: neither {leads.path} nor {accounts.path} has this column")
    overridden = {name.casefold() for name, _ in own}
    of_accounts = [*own, *((n, path) for n, path in shared if n.casefold() not in overridden and _has(accounts, n))]
    of_leads = [(name, path) for name, path in shared if _has(leads, name) and not is_account_id(path)]
    if answer and any(leads.column(name) == answer for name, _ in of_leads):
        raise FileError(f"--truth {answer} is also named by --map; the answer may not be compared")
    ids = [accounts.column(name) for name, path in of_accounts if is_account_id(path)]
    account_columns = _columns(connection, accounts, [each for each in of_accounts if not is_account_id(each[1])])
    names = [column.name for column in account_columns if column.meaning in _NAMES]
    return Mapping(
        _columns(connection, leads, of_leads), account_columns, ids[0] if ids else None, names[0] if names else None
    )


def _columns(connection: DuckDBPyConnection, records: Records, maps: Sequence[tuple[str, str]]) -> list[Column]:
    told = (told_column(connection, records.table, records.column(name), path) for name, path in maps)
    found = [column for column in dict.fromkeys(told) if column]
    if not found:
        raise FileError(f"no column of {records.path} can be compared; name some with --map COLUMN=PATH")
    return found


def _parted(option: str, each: str) -> tuple[str, str]:
    name, equals, path = each.partition("=")
    if not equals or not name.strip() or not path.strip():
        raise FileError(f"{option} {each}: write COLUMN=PATH, as in {option} company=b2b.companyName")
    return name.strip(), path.strip()


def _has(records: Records, name: str) -> bool:
    try:
        records.column(name)
    except FileError:
        return False
    return True
