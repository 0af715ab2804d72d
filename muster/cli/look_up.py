"""What `muster profile` and `muster account` have in common: whom a text means, why, and how it is told.

The terminal shows personal data to whoever asks; none of it goes to a log.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.text import Text

from muster.config.load import load
from muster.identity.profile.find import Found
from muster.identity.profile.memberships import Stores
from muster.identity.profile.model import Hit, Kind, Profile
from muster.identity.profile.page import chain_lines, hits_table, page, why_tree
from muster.identity.profile.reader import Reader
from muster.identity.profile.why import chain, links_around, node_of, nodes_of, why
from muster.settings import Settings
from muster.state import StateStore

Find = Callable[[Reader, str], Found]
Read = Callable[[Reader, Stores, str, datetime], Profile]
PLURAL = {"person": "people", "account": "accounts"}


def look_up(kind: Kind, text: str, keys: Sequence[str], is_why: bool, as_json: bool, find: Find, read: Read) -> None:
    """Show the profile that `text` means, or why its records (or those of `keys`) are one. Ends with 1 for nobody."""
    if not text.strip():
        raise click.UsageError("say who is meant")
    if keys and not is_why:
        raise click.UsageError("more than one word: put a name in quotes; a second KEY goes with --why")
    settings = Settings.from_environment()
    reader = Reader.current(settings)
    configuration = load(settings.config)
    machines = {item.name.lower() for item in configuration.identity.all_namespaces if item.is_owned}
    if keys:
        ends = list(keys) if len(keys) == 2 else [text, *keys]
        _why_between(reader, kind, ends[0], ends[1], machines, as_json)
        return
    found = find(reader, text)
    if not found.hits:
        _nobody(kind, text, found.nearest)
    if len(found.hits) > 1:
        _several(kind, text, found, as_json)
    elif is_why:
        _why(reader, kind, found.hits[0], machines, as_json)
    else:
        audiences = [audience.name for audience in configuration.audiences]
        stores = Stores(settings, StateStore(settings.state_url), audiences)
        _tell(read(reader, stores, found.hits[0].id, datetime.now(UTC)), as_json)


def _tell(profile: Profile, as_json: bool) -> None:
    if as_json:
        _echo_json(profile.to_json())
        return
    console = Console()
    for part in page(profile):
        console.print(part)


def _several(kind: Kind, text: str, found: Found, as_json: bool) -> None:
    if as_json:
        _echo_json({"total": found.total, "hits": [asdict(hit) for hit in found.hits]})
        return
    console = Console()
    told = f"{found.total:,} {PLURAL[kind]} are known by '{text}'; ask again with an id:"
    console.print(told, highlight=False, markup=False)
    console.print(hits_table(found.hits))
    if found.total > len(found.hits):
        console.print(f"… and {found.total - len(found.hits):,} more", style="dim")


def _why(reader: Reader, kind: Kind, hit: Hit, machines: Collection[str], as_json: bool) -> None:
    if not reader.has(f"{kind}_link"):
        click.echo("this snapshot keeps no links; publish a new one with `muster run`", err=True)
        sys.exit(1)
    told = why(reader, kind, hit.id, machines)
    if as_json:
        _echo_json({"id": hit.id, **told.to_json()})
        return
    console = Console()
    console.print(Text.assemble((hit.name, "bold"), ("  ", ""), (hit.id, "dim"), ("\n", "")))
    for part in why_tree(told):
        console.print(part)


def _why_between(reader: Reader, kind: Kind, start: str, end: str, machines: Collection[str], as_json: bool) -> None:
    """Why two identities are one profile's, or are not."""
    ends = [(text, node_of(reader, kind, text)) for text in (start, end)]
    for text, place in ends:
        if place is None:
            _nobody(kind, text, ())
    (left, left_id), (right, right_id) = (place for _, place in ends if place)
    nodes = {*nodes_of(reader, kind, left_id), *nodes_of(reader, kind, right_id)}
    links, _ = links_around(reader, kind, nodes)
    way = chain(links, left, right, machines) or []
    is_one = left_id == right_id
    refused = [step.link.refused_because for step in way if step.link.refused_because]
    verdict = _verdict(kind, is_one, refused, bool(way))
    if as_json:
        steps = [{"from": step.start, "to": step.end, **asdict(step.link)} for step in way]
        _echo_json({"is_one": is_one, "ids": [left_id, right_id], "verdict": verdict, "links": steps})
        return
    console = Console()
    console.print(verdict, style="bold", highlight=False, markup=False)
    if way:
        console.print()
        console.print(chain_lines(way))


def _verdict(kind: Kind, is_one: bool, refused: Sequence[str], is_linked: bool) -> str:
    if is_one:
        return f"They are one {kind}" + ("" if is_linked else ", by no link that this snapshot keeps") + "."
    if refused:
        return f"They are two {PLURAL[kind]}: a link between them was refused ({'; '.join(dict.fromkeys(refused))})."
    return f"They are two {PLURAL[kind]}: nothing links them."


def _nobody(kind: Kind, text: str, nearest: Sequence[str]) -> NoReturn:
    hint = f"; nearest are {', '.join(nearest)}" if nearest else ""
    click.echo(f"no {kind} is known by '{text}'{hint}", err=True)
    sys.exit(1)


def _echo_json(told: dict[str, Any]) -> None:
    click.echo(json.dumps(told, indent=1, default=_plain, ensure_ascii=False))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
