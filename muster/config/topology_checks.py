"""Doubles: one record that would come in twice, and one Marketo instance that would serve two organizations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from muster.config.load import Entry
from muster.config.models import Source, SourcesFile
from muster.config.names import hint, listing
from muster.config.topology import instance_of, left_out, passes
from muster.errors import MusterError, Problem
from muster.settings import Settings


def check_topology(entry: Entry[SourcesFile], settings: Settings) -> Iterator[Problem]:
    """Problems between the sources of one configuration."""
    yield from _same_instance(entry)
    for index, source in enumerate(entry.model.sources):
        at = ("sources", index)
        if source.passes is not None:
            yield from _passes(entry, source, at)
        if left_out(source, entry.model):
            yield from _doubles(entry, source, at, settings)


def check_together(entries: Sequence[tuple[Path, Entry[SourcesFile]]]) -> Iterator[tuple[Path, Problem]]:
    """Problems between configurations that are checked together, each with the folder it is in.

    A Marketo instance is read into one organization, and once into each of its sandboxes.
    """
    first: dict[str, list[tuple[Path, SourcesFile]]] = {}
    for folder, entry in entries:
        for index, source in enumerate(entry.model.sources):
            instance = instance_of(source)
            if source.type != "marketo" or not instance:
                continue
            for other, file in first.get(instance, []):
                problem = _clash(entry, index, instance, other, file)
                if other != folder and problem:
                    yield folder, problem
                    break
            first.setdefault(instance, []).append((folder, entry.model))


def _clash(entry: Entry[SourcesFile], index: int, instance: str, other: Path, file: SourcesFile) -> Problem | None:
    at = ("sources", index, "instance")
    if file.organization != entry.model.organization:
        what = f"the Marketo instance {instance} is read into the organization '{file.organization}' by {other}"
        mend = f"one instance belongs to one organization; this file describes '{entry.model.organization}'"
        return entry.document.problem(at, what, mend)
    if file.sandbox == entry.model.sandbox:
        what = f"the Marketo instance {instance} is read into the sandbox '{file.sandbox}' by {other} already"
        return entry.document.problem(at, what, "give each configuration a sandbox of its own, or remove one source")
    return None


def _same_instance(entry: Entry[SourcesFile]) -> Iterator[Problem]:
    """One instance read live by two sources: every record of it would come in twice, under two names."""
    first: dict[tuple[str, str], Source] = {}
    for index, source in enumerate(entry.model.sources):
        key = (source.type, instance_of(source))
        other = first.setdefault(key, source)
        if key[1] and other is not source and (other.connection or source.connection):
            what = f"'{source.name}' and '{other.name}' read the same {source.type} instance {key[1]}"
            yield entry.document.problem(("sources", index), what, "remove one of the two")


def _passes(entry: Entry[SourcesFile], source: Source, at: tuple[str | int, ...]) -> Iterator[Problem]:
    from muster.connectors.vendors import vendor_objects

    if source.crm is None:
        what = f"'passes' of '{source.name}' names objects of a CRM, and there is no 'crm'"
        yield entry.document.problem((*at, "passes"), what, "add crm: …, or remove it")
        return
    crm = next((each for each in entry.model.sources if each.name == source.crm), None)
    known = vendor_objects(crm.type) if crm else {}
    for number, name in enumerate(source.passes or ()):
        if known and name not in known and not name.endswith("__c"):
            what = f"{source.crm} has no object '{name}'"
            mend = hint(name, known, f"its objects are {listing(known)}")
            yield entry.document.problem((*at, "passes", number), what, mend)


def _doubles(
    entry: Entry[SourcesFile], source: Source, at: tuple[str | int, ...], settings: Settings
) -> Iterator[Problem]:
    """What a CRM source is told to read, or holds as exports, though it comes in through Marketo."""
    through = {name.casefold(): (name, marketo) for name, marketo in left_out(source, entry.model).items()}
    if source.connection:
        for number, name in enumerate(source.connection.include):
            if name.casefold() in through:
                yield _double(entry, source, *through[name.casefold()], (*at, "connection", "include", number))
        return
    for name in _exported(source, settings):
        if name.casefold() in through:
            yield _double(entry, source, *through[name.casefold()], at)


def _double(entry: Entry[SourcesFile], source: Source, name: str, marketo: str, at: tuple[str | int, ...]) -> Problem:
    what = f"'{name}' of '{source.name}' comes in through '{marketo}' already, and would come in twice"
    standing = next(each for each in entry.model.sources if each.name == marketo)
    rest = ", ".join(each for each in passes(standing, entry.model) if each != name)
    where = "take its files out with ignore" if source.path else "remove it here"
    return entry.document.problem(at, what, f"{where}, or say passes: [{rest}] on '{marketo}'")


def _exported(source: Source, settings: Settings) -> Iterator[str]:
    """The vendor's names of the objects that the exports of a source hold."""
    from muster.connectors import discover

    try:
        found = discover(source, settings)
    except MusterError:
        return  # told by the check of its path
    yield from sorted({each.known.name for each in found if each.known})
