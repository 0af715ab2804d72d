"""What `merge_policies` in identity.yml says, held against the sources and the schema."""

from __future__ import annotations

from collections.abc import Iterator

from muster.config.document import Document
from muster.config.identity import IdentityFile
from muster.config.load import Entry
from muster.config.merge_policies import ClassPolicy, MergePolicy
from muster.config.models import SourcesFile
from muster.config.names import hint, listing
from muster.errors import Problem
from muster.schema import EntityClass, Schema

Location = tuple[str | int, ...]


def check_merge_policies(
    identity: Entry[IdentityFile], sources: Entry[SourcesFile] | None, schema: Schema | None
) -> Iterator[Problem]:
    """Sources that are not there, and paths that the class does not have or that no policy can change."""
    names = [source.name for source in sources.model.sources] if sources else None
    policies = identity.model.merge_policies
    for entity, policy in (("person", policies.person), ("account", policies.account)):
        at = ("merge_policies", entity)
        for place, item in _policies(policy, at):
            if names is not None:
                yield from _order(identity.document, item, place, names)
        if schema is not None:
            for path in policy.attributes:
                yield from _path(identity.document, path, (*at, "attributes", path), schema.classes[entity])


def _policies(policy: ClassPolicy, at: Location) -> Iterator[tuple[Location, MergePolicy]]:
    yield at, policy
    for path, item in policy.attributes.items():
        yield (*at, "attributes", path), item


def _order(document: Document, policy: MergePolicy, at: Location, names: list[str]) -> Iterator[Problem]:
    for number, name in enumerate(policy.order):
        if name not in names:
            mend = hint(name, names, f"the sources are {listing(names)}" if names else "declare it in sources.yml")
            yield document.problem((*at, "order", number), f"there is no source '{name}'", mend)


def _path(document: Document, path: str, at: Location, entity: EntityClass) -> Iterator[Problem]:
    concerned = [item for item in entity.fields.values() if f"{item.path}.".startswith(f"{path}.")]
    if not concerned:
        known = {prefix for item in entity.fields.values() if item.survives for prefix in _prefixes(item.path)}
        yield document.problem(at, f"{entity.name} has no field '{path}'", hint(path, sorted(known)))
    elif not any(item.survives for item in concerned):
        what = f"'{path}' is of all records together, or has a rule of its own, and no merge policy changes it"
        yield document.problem(at, what, "remove it")
    elif group := next((item.together for item in concerned if _is_part(path, item.together)), None):
        yield document.problem(at, f"'{path}' survives together with all of {group}", f"write {group}")


def _is_part(path: str, group: str | None) -> bool:
    return group is not None and path != group and not f"{group}.".startswith(f"{path}.")


def _prefixes(path: str) -> Iterator[str]:
    steps = path.split(".")
    for length in range(1, len(steps) + 1):
        yield ".".join(steps[:length])
