"""The files of bulk extracts: a query copied to CSV by the database, at any size, and sent in whole or by ranges.

Source: the "Bulk Extract" and "Performance" pages: `null` for what is empty, a SHA-256 of the file, never compressed;
a file that is not ready, or a job that is not known, is HTTP 404 with plain text (the text is our decision).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response

from muster.sql import literal
from muster.twins.calls import file_answer
from muster.twins.marketo.errors import HttpError
from muster.twins.marketo.export_jobs import File, Job
from muster.twins.store import Store

#: What a format separates by. SSV is told in two ways, by semicolon and by space; we take the semicolon.
SEPARATORS = {"CSV": ",", "TSV": "\t", "SSV": ";"}
_PIECE = 1 << 20


def produce(store: Store, job: Job, folder: Path) -> File:
    """Run the job's query into a file."""
    path = folder / f"{job.id}.{job.format.lower()}"
    options = f"format csv, header true, delimiter {literal(SEPARATORS[job.format])}, nullstr 'null', quote '\"'"
    records = store.value(f"copy ({job.sql}) to {literal(path)} ({options})")
    return File(path, int(records), path.stat().st_size, _sha256(path))


def send(job: Job | None, status: str) -> Response:
    """The file, or the part that `Range` asks for (206)."""
    if job is None or job.file is None or status != "Completed" or not job.file.path.exists():
        raise HttpError(404, "File not found")
    return file_answer(job.file.path, "text/csv; charset=UTF-8")


def _sha256(path: Path) -> str:
    told = hashlib.sha256()
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            told.update(piece)
    return told.hexdigest()
