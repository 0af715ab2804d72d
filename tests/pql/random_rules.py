"""Random rules of every form over the sample schema, and random rows for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.pql.sample import COLUMNS, EDGES, NOW, SCHEMA

TEXTS = ["a", "b"]
SIGNS = ["=", "!=", "<", "<=", ">", ">="]
ANCHORS = ["now", "today", "yesterday", "this week", "last month", "date(2026, 3, 15)", "2 days before now"]
UNITS = ["hour", "day", "week", "month", "decade"]
SIZES = {"person": 8, "account": 5, "opportunity": 8, "activity": 24, "account_person": 12, "opportunity_person": 12}


@dataclass(frozen=True)
class Around:
    """The classes of the rows around, innermost last, and what names stand for."""

    levels: tuple[str, ...]
    rows: Mapping[str, str] = field(default_factory=dict)
    moments: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    count: int = 0

    def inside(self, class_name: str) -> Around:
        return replace(self, levels=(*self.levels, class_name))

    def starts(self) -> list[tuple[str, str]]:
        """Ways to begin a path: what is written, and the class it starts at."""
        outwards = [("^" * out, name) for out, name in enumerate(reversed(self.levels))]
        return [
            *outwards,
            ("$1.", self.levels[0]),
            *((f"{name}.", class_name) for name, class_name in self.rows.items()),
        ]


class Writer:
    """Writes one rule; `draw` chooses."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def one(self, *choices: Any) -> Any:
        return self._draw(st.sampled_from(choices))

    def whole(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    # Conditions

    def condition(self, around: Around, depth: int) -> str:
        forms = [self._comparison, self._comparison, self._text, self._truth, self._null, self._occurs, self._member]
        if depth > 0:
            forms += [self._logical, self._logical, self._negated, self._quantified, self._quantified, self._counted]
            forms += [self._exists, self._let, self._chain, self._choice, self._relation]
        return str(self.one(*forms)(around, depth - 1))

    def _logical(self, around: Around, depth: int) -> str:
        word = self.one("and", "or")
        return f"({self.condition(around, depth)} {word} {self.condition(around, depth)})"

    def _negated(self, around: Around, depth: int) -> str:
        return f"not ({self.condition(around, depth)})"

    def _comparison(self, around: Around, depth: int) -> str:
        left, right = self.number(around, depth, many=True), self.number(around, depth, many=self.one(True, False))
        return f"{left} {self.one(*SIGNS)} {right}"

    def _text(self, around: Around, depth: int) -> str:
        subject = self.attribute(around, "string", many=True)
        other = self.one('"a"', '"b"', self.attribute(around, "string", many=True) or '"a"')
        if not subject:
            return "true"
        word = self.one("=", "!=", "<", "contains", "doesNotContain")
        return f"{subject} {word} {other}" if word in SIGNS else f"{subject}.{word}({other})"

    def _truth(self, around: Around, depth: int) -> str:
        if around.conditions and self.one(True, False):
            return str(self.one(*around.conditions))
        subject = self.attribute(around, "boolean", many=True)
        return f"{subject}{self.one('', ' = true', ' = false', ' != false')}" if subject else "false"

    def _null(self, around: Around, depth: int) -> str:
        subject = self.attribute(around, self.one("string", "number"), many=True) or self.rows(around, depth)[0]
        return f"{subject}.{self.one('isNull', 'isNotNull')}()"

    def _member(self, around: Around, depth: int) -> str:
        subject = self.attribute(around, "string", many=True)
        several = self.one('["a", "b"]', '["b"]', "[]", self.attribute(around, "string", many=True) or "[]")
        if several[0] != "[" and not self._goes_to_many(several):
            several = "accounts.accountName" if around.levels[-1] == "person" else '["a"]'
        return f"{subject} {self.one('in', 'notIn')} {several}" if subject else "true"

    def _occurs(self, around: Around, depth: int) -> str:
        kind = self.one("timestamp", "date")
        subject = self.attribute(around, kind, many=True)
        return f"{subject} occurs {self.when(around, kind)}" if subject else "true"

    def when(self, around: Around, kind: str) -> str:
        anchor = self.one(*ANCHORS, *around.moments, self.attribute(around, "date", many=False) or "today")
        units = [unit for unit in UNITS if kind == "timestamp" or unit != "hour"]
        amount = self.whole(0, 3)
        distance = f"{self.one(*SIGNS)} {amount} {self.one(*units)} {self.one('before', 'after')} {anchor}"
        return str(
            self.one(distance, distance, f"before {anchor}", f"after {anchor}", anchor, f"between {anchor} and now")
        )

    def _quantified(self, around: Around, depth: int) -> str:
        kind = self.one("exists", "forall", "some", "all", "none", "one", "select")
        return f"({kind} {self.declared(around, depth)[0]})"

    def declared(self, around: Around, depth: int) -> tuple[str, Around]:
        """One or two variables, and what is around their rows."""
        told = []
        for _ in range(self.one(1, 1, 2, 3)):
            text, class_name = self.rows(around, 0)
            name = f"V{around.count}"
            around = replace(around, rows={**around.rows, name: class_name}, count=around.count + 1)
            where = f" where {self.condition(around, depth)}" if self.one(True, True, False) else ""
            told.append(f"{name} from {text}{where}")
        return ", ".join(told), around

    def _counted(self, around: Around, depth: int) -> str:
        rows = f"(select {self.declared(around, depth)[0]})" if self.one(True, False) else self.rows(around, depth)[0]
        return f"{rows}.count() {self.one(*SIGNS)} {self.whole(0, 3)}"

    def _exists(self, around: Around, depth: int) -> str:
        text, class_name = self.rows(around, depth)
        return f"{text}.exists({self.condition(around.inside(class_name), depth)})"

    def _relation(self, around: Around, depth: int) -> str:
        return self.rows(around, depth)[0]

    def _let(self, around: Around, depth: int) -> str:
        name, count = f"L{around.count}", around.count + 1
        match self.one("number", "condition", "rows"):
            case "number":
                value, named = self.number(around, depth, many=True), replace(around, numbers=(*around.numbers, name))
            case "condition":
                value = f"({self.condition(around, depth)})"
                named = replace(around, conditions=(*around.conditions, name))
            case _:
                value, class_name = self.rows(around, depth)
                inner = self.condition(replace(around, count=count).inside(class_name), depth)
                return f"(let {name} = {value} in ({name}[{inner}].count() {self.one(*SIGNS)} {name}.count()))"
        return f"(let {name} = {value} in ({self.condition(replace(named, count=count), depth)}))"

    def _choice(self, around: Around, depth: int) -> str:
        truth = self.attribute(around, "boolean", many=False) or "true"
        return f"if ({self.condition(around, depth)}, ({self._counted(around, depth)}), {truth}) = true"

    def _chain(self, around: Around, depth: int) -> str:
        starts = [
            (start, name)
            for start, name in around.starts()
            if "xEvent" in {*SCHEMA.classes[name].edges, *SCHEMA.classes[name].shortcuts}
        ]
        start, _ = self.one(*starts)
        around, told = around.inside("activity"), []
        for _ in range(self.one(1, 2, 2, 3)):
            name = f"C{around.count}"
            around = replace(around, rows={**around.rows, name: "activity"}, count=around.count + 1)
            clauses = [f"WHAT({self.condition(around, 0)})" if self.one(True, True, False) else ""]
            clauses += [f"WHEN({self.when(around, 'timestamp')})" if self.one(True, False) else ""]
            clauses += [f"COUNT({self.whole(1, 3)})" if not any(clauses) or self.one(True, False) else ""]
            clauses += [f"WHERE({self.condition(around, 0)})" if self.one(True, False, False) else ""]
            told.append(f"{name}: {' '.join(clause for clause in clauses if clause)}")
            around = replace(around, moments=(*around.moments, name))
        return f"CHAIN({start}xEvent, timestamp, [{', '.join(told)}])"

    # Values and rows

    def number(self, around: Around, depth: int, *, many: bool) -> str:
        forms = ["literal", "attribute", "attribute", *(["name"] if around.numbers and many else [])]
        if depth > 0:
            forms += ["arithmetic", "aggregate", "aggregate", "prefix", "if"]
        match self.one(*forms):
            case "attribute":
                return self.attribute(around, "number", many=many) or "1"
            case "name":
                return str(self.one(*around.numbers))
            case "arithmetic":
                left, right = (self.number(around, depth - 1, many=many) for _ in range(2))
                return f"({left} {self.one(*'+-*/%')} {right})"
            case "aggregate":
                text, class_name = self.rows(around, depth - 1)
                value = self.number(around.inside(class_name), depth - 1, many=False)
                return f"{text}.{self.one('sum', 'min', 'max', 'average')}({value})"
            case "prefix":
                text, inner = self.declared(around, depth - 1)
                name = f"V{inner.count - 1}"
                value = self.attribute(Around((inner.rows[name],)), "number", many=False, start=f"{name}.")
                if not value:
                    return f"(count {name} over {text})"
                return f"({self.one('sum', 'min', 'max', 'average')} {value} over {text})"
            case "if":
                chosen = [self.number(around, 0, many=False) for _ in range(2)]
                return f"if ({self.condition(around, depth - 1)}, {chosen[0]}, {chosen[1]})"
        return str(self.whole(0, 3))

    def attribute(self, around: Around, kind: str, *, many: bool, start: str = "") -> str:
        """A path to an attribute of a type, or nothing where the class at its end has none."""
        prefix, class_name = (start, around.levels[-1]) if start else self.one(*around.starts())
        names = []
        for _ in range(self.one(0, 0, 1, 1, 2) if many else self.one(0, 0, 1)):
            owner = SCHEMA.classes[class_name]
            edges = [edge for edge in owner.edges.values() if many or not edge.many]
            if not edges:
                break
            edge = self.one(*sorted(edges, key=lambda edge: edge.name))
            names.append(edge.name)
            class_name = edge.target
        fields = sorted(f.path for f in SCHEMA.classes[class_name].fields.values() if f.type == kind)
        return prefix + ".".join([*names, self.one(*fields)]) if fields else ""

    def rows(self, around: Around, depth: int) -> tuple[str, str]:
        """Related rows and their class."""
        starts = [(prefix, name) for prefix, name in around.starts() if self._relations(name)]
        text, class_name = self.one(*starts)
        joint = ""
        for step in range(self.one(1, 1, 2)):
            relations = self._relations(class_name)
            if not relations:
                break
            many = {name: target for name, target in relations.items() if step or self._is_many(class_name, name)}
            name = self.one(*sorted(many or relations))
            text, class_name = f"{text}{joint}{name}", relations[name]
            if depth > 0 and self.one(True, False):
                text += f"[{self.condition(around.inside(class_name), depth - 1)}]"
            joint = "."
        return (text, class_name) if "[" in text or self._goes_to_many(text) else (f"{text}[true]", class_name)

    def _relations(self, class_name: str) -> dict[str, str]:
        owner = SCHEMA.classes[class_name]
        return {
            **{edge.name: edge.target for edge in owner.edges.values()},
            **{name: target_of(class_name, path) for name, path in owner.shortcuts.items()},
        }

    def _is_many(self, class_name: str, name: str) -> bool:
        edge = SCHEMA.classes[class_name].edges.get(name)
        return edge is None or edge.many

    def _goes_to_many(self, text: str) -> bool:
        """A relation to one alone is a row, not rows; with a filter it is rows."""
        manys = {edge.name for owner in SCHEMA.classes.values() for edge in owner.edges.values() if edge.many}
        shortcuts = {name for owner in SCHEMA.classes.values() for name in owner.shortcuts}
        return any(part.lstrip("^") in manys | shortcuts for part in text.split("."))


def target_of(class_name: str, path: str) -> str:
    for name in path.split("."):
        owner = SCHEMA.classes[class_name]
        class_name = owner.edges[name].target if name in owner.edges else target_of(class_name, owner.shortcuts[name])
    return class_name


def rules(of: str) -> st.SearchStrategy[str]:
    """Rules about rows of a class."""
    return st.composite(lambda draw: Writer(draw).condition(Around((of,)), 3))()


def tables(seed: int) -> dict[str, list[dict[str, Any]]]:
    """A few rows of every class, with unknown values, rows that belong to nothing, and values that meet."""
    chance = random.Random(seed)
    sizes = {name: SIZES.get(name, 6) for name in COLUMNS}
    keys = {name: next(iter(columns)) for name, columns in COLUMNS.items()}
    related = {(owner, column): target for owner, column, _, target, _ in EDGES}

    def value(name: str, column: str, kind: str, index: int) -> Any:
        if column == keys[name]:
            return index if kind == "integer" else f"{name}{index}"
        if target := related.get((name, column)):
            to = chance.randrange(-1, sizes[target] + (chance.random() < 0.3))  # now and then one that is not there
            number = to if COLUMNS[target][keys[target]][0] == "integer" else f"{target}{to}"
            return None if to < 0 else number
        if "currency" in column or kind.endswith("[]"):
            return None
        if chance.random() < 0.25:
            return None
        moment = NOW + timedelta(hours=chance.choice([-24 * 40, -24 * 16, -75, -48, -48, -26, -3, -1, 0, 2, 30]))
        drawn: dict[str, Any] = {
            "varchar": chance.choice(["a", "b", "ab"]),
            "double": float(chance.randrange(4)),
            "bigint": chance.randrange(4),
            "boolean": chance.random() < 0.5,
            "timestamp": moment,
            "date": moment.date(),
        }
        return drawn[kind]

    return {
        name: [
            {column: value(name, column, kind, index) for column, (kind, _) in columns.items()}
            for index in range(sizes[name])
        ]
        for name, columns in COLUMNS.items()
    }
