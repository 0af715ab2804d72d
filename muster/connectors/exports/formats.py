"""What kind of export a file is, told from its name, and which files are no exports at all."""

from __future__ import annotations

import re
from pathlib import PurePath

COMPRESSIONS = (".gz", ".gzip", ".bz2", ".zst", ".zstd", ".zip")
FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".psv": "csv", ".txt": "csv",
    ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
#: Papers and lists that lie beside exports.
_PAPERS = re.compile(r"(readme|licen[cs]e|origin|notice|changelog|manifest|_success)\b", re.IGNORECASE)


def stem_and_format(name: str) -> tuple[str, str | None]:
    """`Contact_2026.csv.gz` → (`Contact_2026`, `csv`); the format is None where the suffix is none of ours."""
    path = PurePath(name)
    if path.suffix.lower() in COMPRESSIONS:
        inner = PurePath(path.stem)
        # a zip names its format inside; `contacts.zip` may stand for `contacts.csv.zip`
        if path.suffix.lower() == ".zip" and inner.suffix.lower() not in FORMATS:
            return path.stem, "zip"
        path = inner
    form = FORMATS.get(path.suffix.lower())
    return (path.stem if form else path.name), form


def is_export(path: PurePath) -> bool:
    """Whether a file is one to read: of a format we know, and neither half-written, hidden nor a paper."""
    if path.name[:1] in "._" or _PAPERS.match(path.name):
        return False  # also ends the names of files still being written: `.part`, `.tmp` are no formats
    return stem_and_format(path.name)[1] is not None
