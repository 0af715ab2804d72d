"""Exclusions, splits, priority lists, limits and lists of audiences, held against one another and the schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from muster.audiences.external import ACCOUNT_NAMESPACES
from muster.audiences.limits import mistakes
from muster.config.audience_groups import AudienceGroups
from muster.config.identity import IdentityFile
from muster.config.load import Entry
from muster.config.models import Audience
from muster.config.names import hint, listing
from muster.errors import Problem, RuleError
from muster.pql import referenced_audiences
from muster.schema import Schema
from muster.settings import Settings


def check_shapes(
    audiences: Sequence[Entry[Audience]],
    groups: Entry[AudienceGroups] | None,
    identity: Entry[IdentityFile] | None,
    settings: Settings,
    schema: Schema | None,
) -> Iterator[Problem]:
    """Problems of what shapes audiences; where a file is broken (None) nothing is said that needs it."""
    models = {entry.model.name: entry.model for entry in audiences}
    if groups is not None:
        yield from _groups(groups, models)
        yield from _splits(audiences, groups.model)
    for entry in audiences:
        yield from _exclusions(entry, models)
        yield from _states(entry, models)
        if entry.model.external:
            yield from _list(entry, identity, settings)
        if entry.model.limit and schema is not None:
            for what in mistakes(schema, entry.model.of, entry.model.limit):
                yield entry.document.problem(("limit",), f"limit: {what}")


def _groups(entry: Entry[AudienceGroups], models: dict[str, Audience]) -> Iterator[Problem]:
    """Audiences that are not there, and lists that mix people and accounts."""
    for kind, names in (
        ("splits", [item.name for item in entry.model.splits]),
        ("exclusive", [item.name for item in entry.model.exclusive]),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                yield entry.document.problem((kind, index, "name"), f"'{name}' is there twice", "rename one")
    for index, split in enumerate(entry.model.splits):
        if split.of and split.of not in models:
            what = f"there is no audience '{split.of}'"
            yield entry.document.problem(("splits", index, "of"), what, hint(split.of, models))
    for index, listed in enumerate(entry.model.exclusive):
        for number, name in enumerate(listed.audiences):
            at = ("exclusive", index, "audiences", number)
            if name not in models:
                yield entry.document.problem(at, f"there is no audience '{name}'", hint(name, models))
            elif listed.audiences[0] in models and models[name].of != models[listed.audiences[0]].of:
                what = f"'{name}' is of {models[name].of}, and '{listed.audiences[0]}' is not"
                yield entry.document.problem(at, what, "people and accounts have priority lists of their own")


def _splits(audiences: Sequence[Entry[Audience]], groups: AudienceGroups) -> Iterator[Problem]:
    """Splits and parts that are not there, of another class, or taken by two audiences."""
    models = {entry.model.name: entry.model for entry in audiences}
    taken: dict[tuple[str, str], str] = {}
    for entry in audiences:
        told = entry.model.split
        if told is None:
            continue
        split = groups.split(told.of)
        if split is None:
            names = [item.name for item in groups.splits]
            mend = hint(told.of, names, "declare it in audience_groups.yml")
            yield entry.document.problem(("split", "of"), f"there is no split '{told.of}'", mend)
            continue
        if told.part not in split.parts:
            mend = hint(told.part, split.parts, f"its parts are {listing(split.parts)}")
            yield entry.document.problem(("split", "part"), f"'{split.name}' has no part '{told.part}'", mend)
        if split.of is None and not entry.model.rule and not entry.model.external:
            what = f"the split '{split.name}' is of nobody in particular, and 'rule' is missing"
            yield entry.document.problem(("split",), what, "add rule: …, or 'of' to the split")
        if split.of in models and models[split.of].of != entry.model.of:
            what = f"the split '{split.name}' is of {models[split.of].of}, and this audience of {entry.model.of}"
            yield entry.document.problem(("split", "of"), what)
        other = taken.setdefault((split.name, told.part), entry.model.name)
        if split.of and other != entry.model.name:
            what = f"the part '{told.part}' of '{split.name}' is already '{other}'"
            yield entry.document.problem(
                ("split", "part"), what, "take another part, or ask for that one with inSegment"
            )


def _exclusions(entry: Entry[Audience], models: dict[str, Audience]) -> Iterator[Problem]:
    for index, name in enumerate(entry.model.exclude):
        if name not in models:
            yield entry.document.problem(("exclude", index), f"there is no audience '{name}'", hint(name, models))
        elif models[name].of != entry.model.of:
            what = f"'{name}' is of {models[name].of}, and this audience of {entry.model.of}"
            mend = "ask for it along a relation: not (exists A from accounts where A.inSegment(…))"
            yield entry.document.problem(("exclude", index), what, mend)


def _states(entry: Entry[Audience], models: dict[str, Audience]) -> Iterator[Problem]:
    """Audiences that are asked about but not kept up to date: archived ones, and drafts unless by a draft."""
    if entry.model.status == "archived":
        return
    stale = {"archived"} if entry.model.status == "draft" else {"archived", "draft"}
    try:
        named = referenced_audiences(entry.model.condition)
    except RuleError:
        named = ()
    for key, names in (("rule", named), ("exclude", entry.model.exclude)):
        for name in names:
            if name in models and (status := models[name].status) in stale:
                what = f"it asks about '{name}', which is {'archived' if status == 'archived' else 'a draft'}"
                yield entry.document.problem((key,), what, f"publish {name} first, or leave it out")


def _list(entry: Entry[Audience], identity: Entry[IdentityFile] | None, settings: Settings) -> Iterator[Problem]:
    external = entry.model.external
    assert external is not None  # noqa: S101 (asked only of external audiences)
    path = settings.resolve(external.file)
    if not path.is_file():
        mend = f"a path is absolute or below the data folder; this one leads to {path}"
        yield entry.document.problem(("external", "file"), f"the list {external.file} is not there", mend)
    if entry.model.of == "accounts":
        known = list(ACCOUNT_NAMESPACES)
    elif identity is None:
        return
    else:
        known = [item.name for item in identity.model.all_namespaces]
    if external.namespace.lower() in {name.lower() for name in known}:
        return
    meant = hint(external.namespace, known)
    if meant or entry.model.of == "accounts":  # sources may bring namespaces of people that nobody named
        what = f"nobody is known by a namespace '{external.namespace}'"
        yield entry.document.problem(
            ("external", "namespace"), what, meant or f"accounts are known by {listing(known)}"
        )
