"""Amounts: what is aggregated or ranked is in one currency, the organisation's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pql import typed
from muster.pql.shapes import flag

if TYPE_CHECKING:
    from muster.pql.binder import Binder


def own_currency(binder: Binder, value: typed.Value) -> list[typed.Condition]:
    """Amounts are taken only from rows in the organisation's currency, or in none that is known."""
    beneath = typed.reached(value)
    conditions: dict[typed.Attribute, typed.Condition] = {}
    for item in typed.walk(value):
        if not isinstance(item, typed.Attribute) or item.var in beneath:
            continue
        if counted := binder.scope.field(item.var, flag(item.field.path)):
            conditions[counted] = typed.IsTrue(counted)
        elif currency := binder.scope.currency_of(item):
            own = typed.Compare("=", currency, typed.Organisation())
            conditions[currency] = typed.Any((own, typed.IsNull(currency)))
    return list(conditions.values())


def counts(binder: Binder, value: typed.Value) -> typed.Condition | None:
    """Whether a value counts in an aggregate, where that has to be asked."""
    conditions = own_currency(binder, value)
    return typed.All(tuple(conditions)) if conditions else None
