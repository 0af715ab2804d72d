"""A full audience to a file: the files destination's CSV against DuckDB's COPY of the same rows.

Besides the rows, the destination writes a manifest with a checksum, flushes all to the disk and keeps its ledger.
The second comparison takes the whole way from the snapshot: mapping, content hashes and the copy that the next
difference is taken from, then the file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
from pyroaring import BitMap

from bench.marts import NOW
from bench.timing import Comparison, Side, Timed, turn_about
from muster.activation import deliver, want
from muster.activation.folders import Folders
from muster.config.destinations import FilesDestination
from muster.config.identity import IdentityFile
from muster.config.models import (
    Activation,
    Audience,
    Configuration,
    DestinationsFile,
    SourcesFile,
)
from muster.settings import Settings
from muster.snapshot import Snapshot
from muster.state import StateStore

AIM = 1.5
DESTINATION, AUDIENCE = "files", "everyone"
#: Output → (XDM path, column of the snapshot's person table).
FIELDS = {
    "Email": ("workEmail.address", "work_email"),
    "First name": ("person.name.firstName", "first_name"),
    "Last name": ("person.name.lastName", "last_name"),
    "Job title": ("extendedWorkDetails.jobTitle", "job_title"),
    "Company": ("b2b.companyName", "company_name"),
    "Country": ("workAddress.country", "work_country"),
    "Score": ("b2b.personScore", "person_score"),
    "Created": ("extSourceSystemAudit.createdDate", "created_at"),
}


def compare(snapshot: Snapshot, place: Path, rounds: int) -> list[Comparison]:
    """Everyone in `snapshot`, as CSV below `place`; the file alone, and the whole way."""
    people = snapshot.rows["person"]
    members = BitMap(range(people))
    source: list[Path] = []

    def ours(number: int) -> Timed:
        settings = Settings.at(place / "config", place / f"round-{number}")
        state = StateStore(settings.state_url)
        began = time.perf_counter()
        want(settings, state, configuration(), snapshot, AUDIENCE, members, 1, NOW)
        between = time.perf_counter()
        report = deliver(settings, state, configuration(), DESTINATION, AUDIENCE, NOW)
        ended = time.perf_counter()
        source.append(Folders(settings, DESTINATION, AUDIENCE).wanted(1))
        whole, delivery = ended - began, ended - between
        answer = {"rows": report.acknowledged, "lines": _lines(settings.resolve("outbox") / report.files[0])}
        return Timed(delivery, answer, {"whole": whole, "rows from the snapshot": between - began})

    def peer(number: int) -> Timed:
        names = ", ".join(f'"{name}"' for name in ("_id", *FIELDS))
        return _copied(f"select {names} from read_parquet('{source[-1]}')", place / f"peer-{number}.csv")

    def peer_whole(number: int) -> Timed:
        names = ", ".join(f'{column} as "{name}"' for name, (_, column) in FIELDS.items())
        query = f"select person_id, {names} from read_parquet('{snapshot.parquet('person')}')"
        return _copied(query, place / f"whole-{number}.csv")

    mine, others = turn_about(ours, _both(peer, peer_whole), rounds)
    whole = tuple(Timed(item.parts["whole"], item.answer, _rest(item)) for item in mine)
    alone = tuple(Timed(item.seconds, item.answer) for item in mine)
    rows_only = tuple(Timed(item.seconds, item.answer) for item in others)
    direct = tuple(Timed(item.parts["whole"], item.answer) for item in others)
    told = {"rows": people, "fields": len(FIELDS)}
    return [
        Comparison(
            "a full audience to a file",
            Side("the files destination", alone), Side("COPY of the same rows", rows_only), AIM, told,
        ),
        Comparison(
            "the same from the snapshot",
            Side("want and deliver", whole), Side("COPY from the snapshot", direct), None, told,
        ),
    ]  # fmt: skip


def configuration() -> Configuration:
    fields = {name: path for name, (path, _) in FIELDS.items()}
    audience = Audience(
        name=AUDIENCE, of="people", rule="true", activate=[Activation(destination=DESTINATION, fields=fields)]
    )
    files = FilesDestination(name=DESTINATION, type="files", path="outbox")
    return Configuration(
        sources=SourcesFile(organization="bench"),
        identity=IdentityFile(),
        destinations=DestinationsFile(destinations=[files]),
        audiences=[audience],
    )


def _both(alone: Callable[[int], Timed], whole: Callable[[int], Timed]) -> Callable[[int], Timed]:
    """Two peers in one turn, the second as a part of the first's answer."""

    def run(number: int) -> Timed:
        one, other = alone(number), whole(number)
        return Timed(one.seconds, one.answer, {"whole": other.seconds})

    return run


def _rest(item: Timed) -> dict[str, float]:
    return {"rows from the snapshot": item.parts["rows from the snapshot"], "delivery": item.seconds}


def _copied(query: str, path: Path) -> Timed:
    with duckdb.connect() as connection:
        began = time.perf_counter()
        rows = connection.execute(f"copy ({query}) to '{path}' (format csv, header true)").fetchall()[0][0]
        seconds = time.perf_counter() - began
    return Timed(seconds, {"rows": int(rows), "lines": _lines(path)})


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")
