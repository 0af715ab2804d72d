"""Where the names in a query lead: paths through parents become joins, fields become columns."""

from __future__ import annotations

from dataclasses import dataclass

from muster.sql import identifier
from muster.twins.salesforce.schema import Entity, Field
from muster.twins.salesforce.soql.errors import QueryError, no_column, no_parent
from muster.twins.salesforce.soql.tree import Path
from muster.twins.salesforce.view import NAMED, View

_DEEPEST = 5
#: What stands in place of the object behind a polymorphic reference.
NAME = Entity("Name", "", "Names", [Field(name, "id" if name == "Id" else "string") for name in (*NAMED, "Type")])


@dataclass(frozen=True)
class Column:
    """A field found: whose it is, and how SQL calls it."""

    path: Path
    field: Field
    entity: Entity
    sql: str


@dataclass(frozen=True)
class Step:
    """An object on the way: the parents passed to it, and the alias of its table."""

    way: tuple[str, ...]
    entity: Entity
    alias: str


class Scope:
    """The names that a query over one object can use. `alias` tells its tables from those of others around it."""

    def __init__(self, view: View, entity: Entity, text: str, alias: str = "t") -> None:
        self.view, self.entity, self.text = view, entity, text
        self.root = Step((), entity, f"{alias}0")
        self._steps: dict[tuple[str, ...], Step] = {(): self.root}
        self._joins: list[str] = []
        self._alias = alias

    def column(self, path: Path) -> Column:
        """Raises QueryError where the path leads nowhere."""
        step = self.step(path)
        name = path.parts[-1]
        field = self.view.field(step.entity, name) if step.entity is not NAME else NAME.field(name)
        if field is None:
            raise no_column(name, step.entity.name, self.text, path.at)
        return Column(path, field, step.entity, self.sql(step, field))

    def step(self, path: Path) -> Step:
        """The object that has the field at the end of a path."""
        step = self.root
        if len(path.parts) > _DEEPEST + 1:
            raise QueryError(
                "INVALID_FIELD", f"field path is deeper than {_DEEPEST} relationships: {path}", self.text, path.at
            )
        for name in path.parts[:-1]:
            step = self._steps.get((*step.way, name.lower())) or self._join(step, name, path)
        return step

    def sql(self, step: Step, field: Field) -> str:
        if step.entity is NAME:
            return f"{step.alias}.{identifier(field.name)}"
        return self.view.column(step.entity, field, step.alias)

    @property
    def tables(self) -> str:
        """What stands behind FROM."""
        return " ".join([f"{self.view.table(self.entity)} as {self.root.alias}", *self._joins])

    def join(self, clause: str) -> None:
        """Join something of another make, such as the records of a child query."""
        self._joins.append(clause)

    def _join(self, step: Step, name: str, path: Path) -> Step:
        through = None if step.entity is NAME else self.view.parent(step.entity, name)
        if through is None:
            raise no_parent(name, self.text, path.at)
        parents = [each for each in map(self.view.entity, through.refers_to) if each]
        alias = f"{self._alias}{len(self._steps)}"
        entity = NAME if through.polymorphic else parents[0]
        table = self.view.named(parents) if through.polymorphic else self.view.table(parents[0])
        self._joins.append(f'left join {table} as {alias} on {alias}."Id" = {self.sql(step, through)}')
        found = Step((*step.way, name.lower()), entity, alias)
        self._steps[found.way] = found
        return found
