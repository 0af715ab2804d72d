"""`muster twins -- COMMAND`: the demo world behind its vendors' APIs, for as long as a command runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.durable import write_whole
from muster.errors import MusterError
from muster.settings import Settings

if TYPE_CHECKING:
    from muster.twins.server import Running, Twin
    from muster.world.state import State


@dataclass(frozen=True)
class DemoSource:
    """A source of the demo: the world's name of it, its twin, the variable of its address and the port it likes."""

    name: str
    vendor: str
    variable: str
    port: int


DEMO = (
    DemoSource("salesforce", "salesforce", "DEMO_CRM_URL", 8421),
    DemoSource("marketo-na", "marketo", "DEMO_MARKETO_NA_URL", 8422),
    DemoSource("marketo-emea", "marketo", "DEMO_MARKETO_EMEA_URL", 8423),
)
#: What callers must give; config/sources.yml says the same.
CLIENT, SECRET = "muster", "demo"


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--speed", type=click.FloatRange(min=1), default=1.0, show_default=True, help="Twin seconds a second.")
@click.option("--fault", "faults", multiple=True, metavar="SPEC", help="As of `muster twin`, on each of them; many.")
@click.argument("command", nargs=-1, required=True)
def twins(speed: float, faults: tuple[str, ...], command: tuple[str, ...]) -> None:
    """Run COMMAND while twins serve the demo world's Salesforce org and its two Marketo instances.

    They keep what they hold below <data>/twins, so that a later day is a change to them and what is written to them
    stays. COMMAND finds their addresses in its environment, as config/sources.yml asks for them.
    """
    settings = Settings.from_environment()
    environment = {**os.environ, "DEMO_SPEED": f"{speed:g}"}
    with ExitStack() as stack:
        for source in DEMO:
            running = stack.enter_context(_served(source, settings, speed, faults))
            environment[source.variable] = running.url
        ended = _run(command, environment)
    sys.exit(ended)


@contextmanager
def _served(source: DemoSource, settings: Settings, speed: float, faults: tuple[str, ...]) -> Iterator[Running]:
    """The twin of a source, brought to the world's day; the time it has come to is kept for the next one."""
    from muster.twins.clock import Clock
    from muster.twins.store import Store
    from muster.world import INSTANCES
    from muster.world.state import State

    folder, world = settings.data / "twins", settings.data / "world"
    state = State.load(world)
    kept = folder / f"{source.name}.json"
    told = json.loads(kept.read_text()) if kept.exists() else {"day": -1, "time": None}
    store = Store(Clock(speed=speed), folder / f"{source.name}.duckdb")
    opened = import_module(f"muster.twins.{source.vendor}").open_twin
    twin: Twin = opened(store, instance=INSTANCES[source.name], client_id=CLIENT, client_secret=SECRET)
    try:
        _bring_to_its_day(twin, source, world, state, told["day"])
        came_to = datetime.fromisoformat(told["time"]) if told["time"] else _start_of(state)
        twin.clock.set(max(came_to, _start_of(state)))
        with _listening(twin, source.port, faults) as running:
            yield running
    finally:
        write_whole(kept, json.dumps({"day": state.day, "time": twin.clock.now().isoformat()}))
        store.close()


def _bring_to_its_day(twin: Twin, source: DemoSource, world: Path, state: State, day: int) -> None:
    """Load what happened since the day it holds; a day loaded twice changes nothing."""
    from dataclasses import replace

    from muster.world.records import records

    for each in range(day + 1, state.day + 1):
        twin.clock.set(_start_of(replace(state, day=each)))
        for object_, table in records(world, source.name, each):
            if table.num_rows:
                twin.load(object_, table)


def _start_of(state: State) -> datetime:
    return datetime.combine(state.as_of, time(), UTC)


def _listening(twin: Twin, port: int, faults: tuple[str, ...]) -> Running:
    """On its usual port, or on a free one where another has it."""
    from muster.twins.server import serve

    try:
        return serve(twin, port, faults=faults)
    except MusterError:
        return serve(twin, 0, faults=faults)


def _run(command: tuple[str, ...], environment: dict[str, str]) -> int:
    """Run to its end; Ctrl-C is the command's own affair, and being told to stop is passed on to it."""
    found = Path(sys.executable).parent / command[0]
    program = str(found) if command[0] == "muster" and found.exists() else command[0]
    signal.signal(signal.SIGINT, lambda *_: None)
    with subprocess.Popen([program, *command[1:]], env=environment) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        return process.wait()
