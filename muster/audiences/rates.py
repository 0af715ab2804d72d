"""Rules that sum amounts for which there is no exchange rate: they are refused, for a sum that leaves out is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from muster import sql
from muster.errors import RuleError
from muster.pql import CompiledRule
from muster.pql.money import AMOUNT, CONVERTED
from muster.snapshot import Snapshot


def without_rate(snapshot: Snapshot, rules: Mapping[str, CompiledRule]) -> dict[str, RuleError]:
    """The error of each rule that takes converted amounts where some could not be converted."""
    used = {
        name: {(class_name, path) for class_name, path, _ in rule.fields if path.endswith(f".{CONVERTED}")}
        for name, rule in rules.items()
    }
    asked = set().union(*used.values())
    missing = {each: found for each in asked if (found := _currencies(snapshot, *each))}
    return {
        name: _error(*next((each, missing[each]) for each in sorted(paths) if each in missing))
        for name, paths in used.items()
        if paths & missing.keys()
    }


def _currencies(snapshot: Snapshot, class_name: str, path: str) -> list[str]:
    """The currencies of a class's amounts that have no rate."""
    owner = snapshot.schema.classes[class_name]
    beside = path.removesuffix(CONVERTED)
    amount, currency = owner.fields.get(f"{beside}{AMOUNT}"), owner.fields.get(f"{beside}currencyCode")
    if amount is None or currency is None:
        return []
    converted, told = (sql.identifier(owner.fields[path].column), sql.identifier(currency.column))
    with sql.connect() as connection:
        rows = connection.execute(
            f"select distinct {told} from {sql.scan(snapshot.parquet(owner.table))}"
            f" where {sql.identifier(amount.column)} is not null and {converted} is null order by 1"
        ).fetchall()
    return [str(row[0]) for row in rows]


def _error(used: tuple[str, str], currencies: list[str]) -> RuleError:
    amount = used[1].removesuffix(CONVERTED) + AMOUNT
    several = ", ".join(currencies[:5]) + (" and others" if len(currencies) > 5 else "")
    return RuleError(
        f"{amount} is in {several} too, for which there is no exchange rate",
        expected=f"add it to exchange_rates in sources.yml, such as exchange_rates: {{{currencies[0]}: 1.1}}",
    )
