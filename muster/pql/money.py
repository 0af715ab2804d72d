"""Amounts: what is aggregated or ranked is in one currency, the organisation's.

Where a class has the converted amount beside the amount, that is taken; else rows in another currency are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from muster.pql import typed
from muster.pql.shapes import flag

if TYPE_CHECKING:
    from muster.pql.binder import Binder

#: The last name of the path of an amount, and of the same in the organisation's currency.
AMOUNT, CONVERTED = "amount", "convertedAmount"


def converted(binder: Binder, value: typed.Value) -> typed.Value:
    """The value with converted amounts in the place of amounts."""
    beneath = typed.reached(value)
    amounts = {item for item in typed.walk(value) if isinstance(item, typed.Attribute) and item.var not in beneath}
    own = {item: found for item in amounts if (found := binder.scope.beside(item, AMOUNT, CONVERTED))}
    return typed.replaced(value, own) if own else value


def own_currency(binder: Binder, value: typed.Value) -> list[typed.Condition]:
    """Amounts that nobody converted are taken only from rows in the organisation's currency, or in none known."""
    beneath = typed.reached(value)
    conditions: dict[typed.Attribute, typed.Condition] = {}
    for item in typed.walk(value):
        if not isinstance(item, typed.Attribute) or item.var in beneath:
            continue
        if counted := binder.scope.field(item.var, flag(item.field.path)):
            conditions[counted] = typed.IsTrue(counted)
        elif currency := binder.scope.beside(item, AMOUNT, "currencyCode"):
            own = typed.Compare("=", currency, typed.Organisation())
            conditions[currency] = typed.Any((own, typed.IsNull(currency)))
    return list(conditions.values())


def counts(binder: Binder, value: typed.Value) -> typed.Condition | None:
    """Whether a value counts in an aggregate, where that has to be asked."""
    conditions = own_currency(binder, value)
    return typed.All(tuple(conditions)) if conditions else None
