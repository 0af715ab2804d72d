"""`muster twin`: a local stand-in for a vendor's API, served until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.errors import MusterError, SourceError

if TYPE_CHECKING:
    from muster.twins.server import Twin

VENDORS = ("marketo", "salesforce", "hubspot")
#: Rows handed over at once from a file.
_ROWS = 100_000
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("vendor", type=click.Choice(VENDORS))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on 127.0.0.1.  [default: a free one]")
@click.option("--instance", default="", help="Munchkin id, org id or account id; also picks the source of a world.")
@click.option("--client-id", default="", help="What callers must give.  [default: the twin's own]")
@click.option("--client-secret", default="", help="What callers must give.  [default: the twin's own]")
@click.option("--world", type=_FOLDER, help="Hold the records of this demo world.")
@click.option("--load", "files", type=_FOLDER, help="Hold the rows of the CSV and Parquet files here, named by object.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), help="Keep the records in this folder.")
@click.option("--speed", type=click.FloatRange(min=0), default=1.0, show_default=True, help="Twin seconds a second.")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="NAME[=NUMBER][@GLOB][:RATE][xCOUNT]; many.")
@click.option("--limit", "limits", multiple=True, metavar="NAME=NUMBER", help="Change a limit by its name; many.")
@click.option("--describes", type=_FOLDER, help="salesforce: objects and fields as recorded describes tell.")
@click.option("--public-key", type=_FILE, help="salesforce: PEM file that verifies signed assertions.")
@click.option("--tls", type=_FILE, nargs=2, metavar="CERT KEY", help="Serve over TLS with these PEM files.")
def twin(
    vendor: str,
    port: int,
    instance: str,
    client_id: str,
    client_secret: str,
    world: Path | None,
    files: Path | None,
    state: Path | None,
    speed: float,
    faults: tuple[str, ...],
    limits: tuple[str, ...],
    describes: Path | None,
    public_key: Path | None,
    tls: tuple[Path, Path] | None,
) -> None:
    """Serve a local twin of a vendor's API: stateful, with its limits, and with faults on demand.

    Time, faults, limits and records can be read and changed while it runs, at the control URL that it tells.
    """
    from muster.twins.clock import Clock
    from muster.twins.server import serve
    from muster.twins.store import Store

    own = {name: value for name, value in (("describes", describes), ("public_key", public_key)) if value}
    if own and vendor != "salesforce":
        raise click.UsageError("--describes and --public-key are for salesforce")
    kept = state / f"{vendor}-{instance or 'twin'}.duckdb" if state else None
    store = Store(Clock(speed=speed), kept)
    stand_in: Twin = import_module(f"muster.twins.{vendor}").open_twin(
        store, instance=instance, client_id=client_id, client_secret=client_secret, **own
    )
    for limit in limits:
        _set_limit(stand_in, limit)
    if world:
        _hold_world(stand_in, vendor, instance, world)
    if files:
        _hold_files(stand_in, files)
    with serve(stand_in, port, tls=tls or None, faults=faults) as running:
        access = "  ".join(f"{name} {value}" for name, value in stand_in.credentials().items())
        click.echo(f"{vendor} twin: {running.url}  {access}  control {running.control}  (stop with Ctrl-C)")
        _wait()
    store.close()


def _set_limit(twin: Twin, written: str) -> None:
    name, _, number = written.partition("=")
    if name not in twin.limits or not number.isdigit():
        raise MusterError(f"limit '{written}' is not NAME=NUMBER; there are {', '.join(twin.limits) or 'none'}")
    twin.limits[name].limit = int(number)


def _hold_world(twin: Twin, vendor: str, instance: str, folder: Path) -> None:
    from muster.world import INSTANCES
    from muster.world.records import SOURCES, records
    from muster.world.state import State

    own = {source: INSTANCES[source] for source in SOURCES if source.startswith(vendor)}
    if not own:
        raise SourceError(f"{folder}: a world has no {vendor} records; give them as files by --load")
    named = [source for source, id_ in own.items() if instance in ("", source, id_)]
    if not named:
        raise SourceError(f"{folder}: this world has no {vendor} '{instance}'; it has {' and '.join(own.values())}")
    for day in range(State.load(folder).day + 1):
        for object_, table in records(folder, named[0], day):
            twin.load(object_, table)


def _hold_files(twin: Twin, folder: Path) -> None:
    import pyarrow as pa

    from muster.sql import connect, literal

    readers = {".csv": "read_csv({}, all_varchar = true, header = true)", ".parquet": "read_parquet({})"}
    found = [path for path in sorted(folder.iterdir()) if path.suffix in readers]
    if not found:
        raise SourceError(f"{folder} has no CSV or Parquet files; name them by object, such as contacts.csv")
    with connect() as connection:
        for path in found:
            rows = connection.sql(f"from {readers[path.suffix].format(literal(path))}")
            for batch in rows.to_arrow_reader(_ROWS):
                twin.load(path.stem, pa.Table.from_batches([batch]))


def _wait() -> None:
    """Until Ctrl-C, or the system asks to end."""
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    ended.wait()
