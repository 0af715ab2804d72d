"""One SELECT being compiled: what it gives, where from, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from muster.sql import literal
from muster.twins.salesforce.errors import Refusal
from muster.twins.salesforce.schema import REFERENCES, Entity
from muster.twins.salesforce.soql import tree
from muster.twins.salesforce.soql.conditions import Conditions, comparable
from muster.twins.salesforce.soql.errors import QueryError, no_child
from muster.twins.salesforce.soql.measures import Measures
from muster.twins.salesforce.soql.rendering import record
from muster.twins.salesforce.soql.scope import NAME, Column, Scope
from muster.twins.salesforce.soql.statement import Statement

if TYPE_CHECKING:
    from muster.twins.salesforce.soql.compiler import Compiler

#: FIELDS(ALL) and FIELDS(CUSTOM) read no more than so many records.
FIELDS_LIMIT = 200
#: Records of a child query that come with their parent; further ones have a locator of their own.
CHILDREN = 200
_REFUSED_IN_BULK = {
    "address": "Selecting compound data not supported in Bulk Query",
    "location": "Selecting compound data not supported in Bulk Query",
    "base64": "Blob field not supported in Bulk V2 Query with CSV content type",
}


class Select:
    """A query over one object; `alias` tells its tables from those of the queries around it."""

    def __init__(self, compiler: Compiler, query: tree.Query, text: str, entity: Entity, alias: str = "t") -> None:
        self._compiler, self._query, self._text = compiler, query, text
        self.scope = Scope(compiler.view, entity, text, alias)
        self._measures = Measures(self.scope)
        self._conditions = Conditions(self.scope, compiler.now, self._inside, self._measures.measured)
        self._children: dict[str, Statement] = {}

    def statement(self) -> Statement:
        query = self._query
        if Measures.counts(query):
            counted = f"select 1 {self.source()}{self.window()}"
            return Statement(self.scope.entity, f"from ({counted})", counted=True)
        if query.groups or any(isinstance(item, tree.Call) and item.function != "fields" for item in query.items):
            return self._grouped()
        columns, children = self.columns(), self._child_queries()
        json = record(self.scope, columns, self._compiler.version, children)
        source = self._narrowed() if query.orders and query.limit else f"{self.source()}{self.order()}{self.window()}"
        narrowed = bool(query.orders or query.limit)
        return Statement(self.scope.entity, source, columns, json, children=self._children, narrowed=narrowed)

    def _narrowed(self) -> str:
        """The first of many in an order: found by their ids alone, so that only these are made text of."""
        id_ = f'{self.scope.root.alias}."Id"'
        first = f"select {id_} {self.source()}{self.order()}{self.window()}"
        return f"from {self.scope.tables} where {id_} in ({first}){self.order()}"

    def _grouped(self) -> Statement:
        query, groups = self._query, [self.scope.column(path) for path in self._query.groups]
        for column in groups:
            self._conditions.may_name(column, "grouped")
        json = self._measures.json(query, groups)
        having = f" having {self._conditions.sql(query.having)}" if query.having else ""
        keys = f" group by {', '.join(column.sql for column in groups)}" if groups else ""
        source = f"{self.source()}{keys}{having}{self.order()}{self.window()}"
        return Statement(self.scope.entity, source, json=json, grouped=True)

    # -- what it gives ---------------------------------------------------------------------------------------------

    def columns(self) -> list[Column]:
        columns: list[Column] = []
        for item in self._query.items:
            if isinstance(item, tree.Selected):
                columns.append(self.scope.column(item.path))
            elif isinstance(item, tree.Call):
                columns += self._every(item)
        if not columns:
            raise QueryError("MALFORMED_QUERY", "unexpected token: 'FROM'", self._text, self._query.at)
        self._differ(columns)
        if self._compiler.bulk:
            for column in columns:
                if refused := _REFUSED_IN_BULK.get(column.field.type):
                    raise Refusal(400, "API_ERROR", refused)
            return columns
        return [replace(column, path=self._spelt(column)) for column in columns]

    def _differ(self, columns: Sequence[Column]) -> None:
        seen: set[str] = set()
        for column in columns:
            if (name := str(column.path).lower()) in seen:
                what = f"duplicate field selected: {column.path}"
                raise QueryError("INVALID_FIELD", what, self._text, column.path.at)
            seen.add(name)

    def _spelt(self, column: Column) -> tree.Path:
        """The path as the org writes it, whatever case it was asked in. (Bulk heads its columns as asked.)"""
        names: tuple[str, ...] = ()
        for part in column.path.parts[:-1]:
            entity = self.scope.step(tree.Path((*names, ""), column.path.at)).entity
            through = entity.through(part) if entity is not NAME else None
            names = (*names, (through and through.relationship) or part)
        return tree.Path((*names, column.field.name), column.path.at)

    def _every(self, call: tree.Call) -> list[Column]:
        """FIELDS(ALL), FIELDS(STANDARD), FIELDS(CUSTOM)."""
        kind, limit = str(call.path).lower(), self._query.limit
        if kind not in ("all", "standard", "custom"):
            raise QueryError("MALFORMED_QUERY", f"unexpected token: '{call.path}'", self._text, call.at)
        if kind != "standard" and (limit is None or limit > FIELDS_LIMIT):
            what = f"The SOQL FIELDS function must have a LIMIT of at most {FIELDS_LIMIT}"
            raise QueryError("MALFORMED_QUERY", what, self._text, call.at)
        fields = self._compiler.view.fields(self.scope.entity)
        wanted = [each for each in fields if kind == "all" or each.custom == (kind == "custom")]
        return [self.scope.column(tree.Path((each.name,), call.at)) for each in wanted]

    # -- children --------------------------------------------------------------------------------------------------

    def _child_queries(self) -> dict[str, str]:
        inner = (item for item in self._query.items if isinstance(item, tree.Query))
        return dict(self._child_query(query, f"c{number}_") for number, query in enumerate(inner))

    def _child_query(self, query: tree.Query, alias: str) -> tuple[str, str]:
        """The name of a child relationship, and its records as one value a parent."""
        view, root = self._compiler.view, self.scope.root
        child = view.child(self.scope.entity, query.object)
        entity = view.entity(child.object) if child else None
        if child is None or entity is None:
            raise no_child(query.object, self._text, query.at)
        select = Select(self._compiler, query, self._text, entity, alias)
        columns = select.columns()
        json = record(select.scope, columns, self._compiler.version)
        parent = select.scope.column(tree.Path((child.field,), query.at)).sql
        source, order = select.source(), select.order()
        alone = f"{select.source(f'{parent} = $parent')}{order}{select.window()}"
        self._children[child.name] = Statement(entity, alone, columns, json)
        ranked = (
            f"select {parent} as parent, {json} as record, "
            f"row_number() over (partition by {parent}{order}) as number {source}"
        )
        last = f" and number <= {query.offset + query.limit}" if query.limit is not None else ""
        sets = (
            f"select parent, count(*) as size, list(record order by number)[1:{CHILDREN}] as records "
            f"from ({ranked}) where number > {query.offset}{last} group by parent"
        )
        self.scope.join(f'left join ({sets}) as {alias} on {alias}.parent = {root.alias}."Id"')
        url = literal(f"/services/data/v{self._compiler.version}/query/")
        more = f"{url} || $cursor || '-{child.name}-' || {root.alias}.\"Id\" || '-{CHILDREN}'"
        return child.name, (
            f"case when {alias}.size is null then null else {{'totalSize': {alias}.size, "
            f"'done': {alias}.size <= {CHILDREN}, "
            f"'nextRecordsUrl': case when {alias}.size > {CHILDREN} then {more} end, 'records': {alias}.records}} end"
        )

    # -- from, where, order ----------------------------------------------------------------------------------------

    def source(self, *more: str) -> str:
        """FROM and WHERE, with `more` conditions; to be asked for when everything else that may join has been."""
        scope, conditions = self.scope, list(more)
        if self._query.where:
            conditions.append(self._conditions.sql(self._query.where))
        deleted = scope.entity.field("IsDeleted")
        if deleted and not (self._compiler.deleted or self._query.all_rows):
            shown = scope.view.column(scope.entity, deleted, scope.root.alias)
            conditions.append(f"{shown} is distinct from 'true'")
        self.order()
        return f"from {scope.tables}{' where ' if conditions else ''}{' and '.join(conditions)}"

    def order(self) -> str:
        """Nulls come first unless the query says otherwise; ties by id, so that pages fit together."""
        orders = [self._ordered(each) for each in self._query.orders]
        if orders and not self._query.groups:
            orders.append(f'{self.scope.root.alias}."Id"')
        return f" order by {', '.join(orders)}" if orders else ""

    def _ordered(self, order: tree.Order) -> str:
        if isinstance(order.subject, tree.Call):
            field, sql = self._measures.measured(order.subject)
        else:
            column = self.scope.column(order.subject)
            self._conditions.may_name(column, "sorted")
            field, sql = column.field, column.sql
        direction = "desc" if order.descending else "asc"
        return f"{comparable(field, sql)} {direction} nulls {'last' if order.nulls_last else 'first'}"

    def window(self) -> str:
        limit = "" if self._query.limit is None else f" limit {self._query.limit}"
        return limit + (f" offset {self._query.offset}" if self._query.offset else "")

    def _inside(self, query: tree.Query) -> str:
        """A query inside a condition: the values of its one field."""
        entity = self._compiler.entity(query, self._text)
        select = Select(self._compiler, query, self._text, entity, f"{self.scope.root.alias}_")
        columns = select.columns()
        if len(columns) != 1 or columns[0].field.type not in REFERENCES:
            what = "The inner select must select a single ID or reference field"
            raise QueryError("MALFORMED_QUERY", what, self._text, query.at)
        value = columns[0].sql
        return f"(select {value} {select.source(f'{value} is not null')}{select.window()})"
