"""How often a row is reached, and when counting can be spared."""

from __future__ import annotations

from muster.pql import typed
from muster.pql.shapes import Shape
from muster.pql.typed_arrays import Source
from muster.schema import Schema

#: `count() <operator> <number>` that only asks whether there is any row: True, or whether there is none: False.
ANY_ROW: dict[tuple[str, float], bool] = {
    (">", 0): True,
    (">=", 1): True,
    ("!=", 0): True,
    ("=", 0): False,
    ("<", 1): False,
    ("<=", 0): False,
}


def distinct_items(schema: Schema, aggregate: typed.Aggregate) -> list[typed.Var]:
    """The rows whose keys make a measurement count once; empty where no row can be reached twice."""
    steps = aggregate.collection.steps
    if not may_repeat(schema, steps):
        return []
    spoken_of = {item.var for item in typed.attributes(aggregate.value)}
    told = keys_of(schema, steps)
    return [step.item for step in steps[:-1] if step.item in spoken_of and step.item not in told] + told


def keys_of(schema: Schema, steps: tuple[typed.Step, ...]) -> list[typed.Var]:
    """What tells the items of a collection apart: a row's own key; of what is no row, also the row that it is of."""
    told: list[typed.Var] = []
    for step in reversed(steps):
        told.append(step.item)
        if not isinstance(schema.classes[step.item.class_name], Shape):
            break
    return told


def may_repeat(schema: Schema, steps: tuple[typed.Step, ...]) -> bool:
    """Going to many by their parent's key reaches each row once; going back to one afterwards may not."""
    many = False
    for index, step in enumerate(steps):
        if isinstance(step.edge, Source):
            if many and not isinstance(schema.classes[step.item.class_name], Shape):
                return True
            many = True
            continue
        by_key = step.edge.from_column == schema.classes[step.edge.source].key
        if many and not (step.edge.many and by_key and index):
            return True
        many = many or step.edge.many
    return False


def no_rows(condition: typed.Compare) -> typed.Condition | None:
    """`count() > 0` and its like as the question whether there is any row; None for all others."""
    counted, number = condition.left, condition.right
    if not isinstance(counted, typed.Aggregate) or counted.function != "count":
        return None
    if not isinstance(number, typed.Constant) or isinstance(number.value, str | bool):
        return None
    answer = ANY_ROW.get((condition.operator, number.value))
    exists = typed.Exists(counted.collection)
    return None if answer is None else exists if answer else typed.Not(exists)
