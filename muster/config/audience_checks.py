"""What the audience files and destinations say, held against the schema and one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from muster.activation.mapping import mistakes, walk
from muster.audiences.shaping import needs
from muster.config.audience_groups import AudienceGroups
from muster.config.destinations import Destination, FilesDestination
from muster.config.load import Entry
from muster.config.models import Activation, Audience, DestinationsFile
from muster.config.names import hint, listing
from muster.connectors.files.naming import template_mistake
from muster.errors import Problem, RuleError
from muster.pql import Reference, check_rule, compile_rule, references
from muster.pql.method import NO_ENGINE
from muster.schema import ENTITIES, Schema


def check_audiences(
    audiences: Sequence[Entry[Audience]],
    destinations: Entry[DestinationsFile] | None,
    schema: Schema | None,
    groups: AudienceGroups | None = None,
) -> Iterator[Problem]:
    """Problems of rules and activations; without a schema, those that need none.

    Where `destinations` is None (its file is broken) nothing is said about unknown destinations.
    """
    yield from _references(audiences, groups or AudienceGroups())
    for entry in audiences:
        yield from _method(entry)
        if schema is not None and entry.model.rule:
            yield from _rule(entry, audiences, schema)
        for index, activation in enumerate(entry.model.activate):
            destination = None
            if destinations is not None:
                destination = _destination(activation, destinations)
                yield from _unknown_destination(entry, index, activation, destinations)
            if schema is not None:
                yield from _fields(entry, index, activation, destination, schema)
        yield from _twice(entry)


def check_destinations(entry: Entry[DestinationsFile]) -> Iterator[Problem]:
    """Problems of the destinations: names of files that cannot be made."""
    for index, item in enumerate(entry.model.destinations):
        if isinstance(item, FilesDestination) and (mistake := template_mistake(item.name_template)):
            yield entry.document.problem(("destinations", index, "name_template"), mistake)


def _method(entry: Entry[Audience]) -> Iterator[Problem]:
    if entry.model.method == "streaming":
        key = "method" if "method" in entry.document.data else "evaluation"
        what = f"'{key}: streaming' cannot be kept: {NO_ENGINE}"
        yield entry.document.problem((key,), what, "say batch, or leave the line out")


def _rule(entry: Entry[Audience], audiences: Sequence[Entry[Audience]], schema: Schema) -> Iterator[Problem]:
    """Mistakes in a rule, and audiences of people that it asks about an account or the other way round."""
    rule, of = entry.model.rule, entry.model.of
    if wrong := check_rule(rule, of, schema):
        yield from (_rule_problem(entry, error) for error in wrong)
        return
    try:
        compiled = compile_rule(rule, of, schema, datetime(2000, 1, 1, tzinfo=UTC), segment_table=str)
        _ = compiled.query  # made when it is asked for; what cannot be put into SQL is told here
    except RuleError as error:
        yield _rule_problem(entry, error)
        return
    kinds = {other.model.name: ENTITIES[other.model.of] for other in audiences}
    for name, asked in compiled.segment_uses:
        if kinds.get(name, asked) != asked:
            what = f"the audience '{name}' is of another class and cannot hold this {asked}"
            mend = f"ask along the relation that leads from {asked} to {kinds[name]}"
            mention = next(item for item in references(rule) if item.audience == name)
            yield Problem(entry.document.file, _line_of(entry, mention), what, mend)


def _rule_problem(entry: Entry[Audience], error: RuleError) -> Problem:
    line, column = entry.document.place(("rule",), error.line, error.column)
    return Problem(entry.document.file, line, f"rule, column {column}: {error.message}", error.expected, column)


def _references(audiences: Sequence[Entry[Audience]], groups: AudienceGroups) -> Iterator[Problem]:
    """`inSegment` of audiences that are not there, and circles, each told once with its whole path."""
    names = {entry.model.name: entry for entry in audiences}
    mentions = {entry.model.name: _mentions(entry) for entry in audiences}
    for entry in audiences:
        for name, mention in mentions[entry.model.name].items():
            if name not in names:
                line = _line_of(entry, mention)
                yield Problem(entry.document.file, line, f"there is no audience '{name}'", hint(name, names))
    models = {name: entry.model for name, entry in names.items()}
    needed = {name: [*mentions[name], *needs(model, models, groups)] for name, model in models.items()}
    for circle in _circles({name: [other for other in others if other in names] for name, others in needed.items()}):
        first, after = names[circle[0]], circle[1 % len(circle)]
        what = f"audiences refer to one another in a circle: {' → '.join([*circle, circle[0]])}"
        named = mentions[circle[0]].get(after)
        line = _line_of(first, named) if named else first.document.line(_place_of(first.model, after))
        yield Problem(first.document.file, line, what, "break one reference")


def _place_of(audience: Audience, other: str) -> tuple[str | int, ...]:
    """Where a file names another audience outside its rule; a priority list stands in another file."""
    if other in audience.exclude:
        return ("exclude", audience.exclude.index(other))
    return ("split",) if audience.split else ("name",)


def _mentions(entry: Entry[Audience]) -> dict[str, Reference]:
    """The audiences that a rule names, each with its first mention; none where the rule is no PQL, told elsewhere."""
    first: dict[str, Reference] = {}
    with suppress(RuleError):
        for mention in references(entry.model.rule):
            first.setdefault(mention.audience, mention)
    return first


def _line_of(entry: Entry[Audience], mention: Reference) -> int:
    """The file's line on which a rule names an audience."""
    return entry.document.place(("rule",), mention.at.line, mention.at.column)[0]


def _circles(graph: dict[str, list[str]]) -> list[list[str]]:
    """Circles in a graph, one for each way back that a depth-first walk meets."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            circle = path[path.index(name) :]
            start = circle.index(min(circle))
            circle = circle[start:] + circle[:start]
            if circle not in found:
                found.append(circle)
            return
        if name in done:
            return
        for other in graph[name]:
            walk(other, [*path, name])
        done.add(name)

    for name in sorted(graph):
        walk(name, [])
    return found


def _destination(activation: Activation, destinations: Entry[DestinationsFile]) -> Destination | None:
    return next((item for item in destinations.model.destinations if item.name == activation.destination), None)


def _unknown_destination(
    entry: Entry[Audience], index: int, activation: Activation, destinations: Entry[DestinationsFile]
) -> Iterator[Problem]:
    names = [item.name for item in destinations.model.destinations]
    if activation.destination not in names:
        mend = f"the destinations are {listing(names)}" if names else "declare it in destinations.yml"
        what = f"there is no destination '{activation.destination}'"
        location = ("activate", index, "destination")
        yield entry.document.problem(location, what, hint(activation.destination, names, mend))


def _fields(
    entry: Entry[Audience], index: int, activation: Activation, destination: Destination | None, schema: Schema
) -> Iterator[Problem]:
    """What the delivery would say of the mapping: clashing outputs, unknown paths, many values for one cell."""
    takes_lists = not isinstance(destination, FilesDestination) or destination.format != "csv"
    of, fields = entry.model.of, activation.fields
    found = {item.output: (item.what, item.mend) for item in mistakes(schema, of, fields, takes_lists)}
    for output, path in fields.items():
        if output not in found and not takes_lists and walk(schema, of, path).field.type.startswith("array"):
            found[output] = (f"{path} has many values, and a cell holds one", "leave it out, or use jsonl or parquet")
    for output, (what, mend) in found.items():
        yield entry.document.problem(("activate", index, "fields", output), what, mend)


def _twice(entry: Entry[Audience]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, activation in enumerate(entry.model.activate):
        if activation.destination in seen:
            what = f"the audience already goes to '{activation.destination}'"
            yield entry.document.problem(("activate", index), what, "make one mapping of the two")
        seen.add(activation.destination)
