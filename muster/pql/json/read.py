"""pql/json to syntax tree: what a JSON text holds, node by node.

Positions are of no use here: a mistake is told with its JSON path. Beside what `write` writes, older published shapes
are read: `Double` and lower-case literal types, numbers in quotes, `=` with a case flag, `some` and `all` as functions
with a `range`, and `XDMObject` for the profile or a model.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from muster.pql import tree, words
from muster.pql.json import forms, functions
from muster.pql.json import members as of
from muster.pql.json.members import Json, Place

HERE = tree.Position(1, 1)
#: A level of the tree is at most two nodes of JSON.
MAX_DEPTH = 2 * tree.MAX_DEPTH + 2
LITERALS = ("String", "Integer", "Number", "Double", "Boolean", "List", "XDMObject")


def from_json(value: object) -> tree.Node:
    """The tree of a rule whose JSON has been read. Raises `NodeError` with the path of the first wrong node."""
    node = Reader().node(value, Place())
    if tree.too_deep(node):
        raise Place().wrong("the rule is nested too deeply", "split it into several audiences")
    return node


class Reader:
    """Reads one node by its type, and those below it."""

    def node(self, value: object, place: Place) -> tree.Node:
        if place.depth > MAX_DEPTH:
            raise Place().wrong("the rule is nested too deeply", "split it into several audiences")
        found = of.node(value, place, READERS)
        return READERS[found["nodeType"]](self, found, replace(place, depth=place.depth + 1))

    def literal(self, value: Json, place: Place) -> tree.Node:
        kind = of.choice({**value, "literalType": _modern(value.get("literalType"))}, place, "literalType", LITERALS)
        if kind == "XDMObject":
            return self._reference(value, place)
        of.members(value, place, "literalType", "value")
        if kind != "List":
            return tree.Literal(HERE, of.literal(value["value"], kind.lower(), place.at("value")))
        items = enumerate(of.items(value, place, "value"))
        return tree.ArrayLiteral(HERE, tuple(self._item(item, place.at("value").at(index)) for index, item in items))

    def _item(self, item: object, place: Place) -> tree.Node:
        """An item of a list: a plain value, a list, or a node."""
        if isinstance(item, dict):
            return self.node(item, place)
        if isinstance(item, list):
            return self.node({"nodeType": "literal", "literalType": "List", "value": item}, place)
        return tree.Literal(HERE, of.plain(item, place))

    def _reference(self, value: Json, place: Place) -> tree.Node:
        """The profile, or an object given with the request: `@{…}`."""
        of.members(value, place, "literalType", "value", optional=("form", "level"))
        name = of.text(value, place, "value")
        if name == "profile" and value.get("form") != forms.CONTEXT:
            return tree.Name(HERE, "$1")
        if not words.PLAIN.fullmatch(f"@{{{name}}}"):
            raise place.at("value").wrong(
                f"{words.shown(name)} cannot be a reference", "write profile or a schema's id"
            )
        return tree.Name(HERE, f"@{{{name}}}", of.number(value, place, "level", 0, default=0))

    def lookup(self, value: Json, place: Place) -> tree.Node:
        of.members(value, place, "fieldName", optional=("object",))
        name = of.name(value, place, "fieldName")
        target = value.get("object", {"nodeType": "parameterReference", "position": 1})
        level = _implied(target, place.at("object"))
        if level is None:
            return tree.Attribute(HERE, self.node(target, place.at("object")), name)
        if level or name not in place.names:
            return tree.Name(HERE, name, level, quoted=not level and name in words.INSTANTS)
        if place.of_item:
            raise place.wrong(f"{name!r} is a field, and a variable has the same name", "rename the variable")
        return tree.Attribute(HERE, tree.Name(HERE, "$1"), name)

    def parameter(self, value: Json, place: Place) -> tree.Node:
        of.members(value, place, "position", optional=("form", "level"))
        position, level = of.number(value, place, "position", 1), of.number(value, place, "level", 0, default=0)
        return tree.Name(HERE, f"${position}", level)

    def reference(self, value: Json, place: Place) -> tree.Node:
        of.members(value, place, "varName", optional=("form",))
        name = of.variable(value, place)
        return tree.Name(HERE, name, quoted=value.get("form") == forms.QUOTED and name in words.INSTANTS)

    def function(self, value: Json, place: Place) -> tree.Node:
        of.members(value, place, "params", "body")
        names = self.parameters(value, place)
        if not names:
            mend = "only what is asked of each item, as in sum or filter, has none"
            raise place.at("params").wrong("the function has no parameters", mend)
        return tree.Lambda(HERE, names, self.node(value["body"], place.at("body").knowing(*names)))

    def parameters(self, value: Json, place: Place) -> tuple[str, ...]:
        """The names of a function's parameters."""
        names = []
        for index, item in enumerate(of.items(value, place, "params")):
            here = place.at("params").at(index)
            if not isinstance(item, dict):
                raise here.wrong("a parameter is expected", 'write {"varName": …}')
            of.members(item, here, "varName")
            names.append(of.variable(item, here))
        return tuple(names)

    def per_item(self, value: Any, place: Place) -> tree.Node:
        """What is asked of each item: the body of a function without parameters, or any other node as it is."""
        if not isinstance(value, dict) or value.get("nodeType") != "fnCreate":
            return self.node(value, replace(place, of_item=True))
        if value.get("params") != []:
            return self.node(value, place)
        of.members(value, place, "params", "body")
        return self.node(value["body"], replace(place.at("body"), of_item=True, depth=place.depth + 1))

    def quantification(self, value: Json, place: Place) -> tree.Node:
        of.members(value, place, "quantifier", "variables", optional=("form",))
        kind = of.choice(value, place, "quantifier", ("some", "all", "none", "one"))
        form = of.text({"form": kind, **value}, place, "form")
        if form != kind and forms.QUANTIFIERS.get(form) != kind:
            raise place.at("form").wrong(f"{words.shown(form)} is no spelling of {kind}", "leave it out")
        return tree.Quantified(HERE, form, self.declarations(value, place)[0])

    def select(self, value: Json, place: Place) -> tree.Node:
        of.members(value, place, "variables")
        return tree.Quantified(HERE, "select", self.declarations(value, place)[0])

    def declarations(self, value: Json, place: Place) -> tuple[tuple[tree.Declaration, ...], Place]:
        """The variables of a quantifier, and the place where all of them are known."""
        found = []
        for index, item in enumerate(of.items(value, place, "variables", least=1)):
            here = place.at("variables").at(index)
            item = of.node(item, here, ("varDecl",))
            of.members(item, here, "varName", "from", optional=("where",))
            name = of.variable(item, here)
            source = self.node(item["from"], here.at("from"))
            place = place.knowing(name)
            where = self.node(item["where"], here.at("where").knowing(name)) if "where" in item else None
            found.append(tree.Declaration(HERE, name, source, where))
        return tuple(found), place

    def apply(self, value: Json, place: Place) -> tree.Node:
        return functions.apply(self, value, place)


READERS = {
    "literal": Reader.literal,
    "fieldLookup": Reader.lookup,
    "parameterReference": Reader.parameter,
    "varRef": Reader.reference,
    "fnApply": Reader.apply,
    "fnCreate": Reader.function,
    "quantification": Reader.quantification,
    "select": Reader.select,
}


def _modern(kind: object) -> object:
    """A literal type as it is written now; once it began in lower case."""
    return next((name for name in LITERALS if name.lower() == str(kind).lower()), kind)


def _implied(target: object, place: Place) -> int | None:
    """How far out the row is that a bare name is a field of; None where the field is of something named."""
    if not isinstance(target, dict):
        return None
    if target.get("nodeType") == "parameterReference" and target.get("position") == 1 and "form" not in target:
        of.members(target, place, "position", optional=("level",))
        return of.number(target, place, "level", 0, default=0)
    is_profile = target.get("value") == "profile" and _modern(target.get("literalType")) == "XDMObject"
    return 0 if is_profile and target.get("nodeType") == "literal" and len(target) == 3 else None
