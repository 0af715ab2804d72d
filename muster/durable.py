"""Files that are there whole or not at all, and outlive a power cut.

What is written goes to a name beside its own, to the disk, and gets its name in one rename. Files are never changed
after that, so links of them are as good as copies.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Put `content` (text as UTF-8) at `path`; a file that is already there is replaced."""
    fresh = draft_of(path)
    fresh.write_bytes(content.encode() if isinstance(content, str) else content)
    put(fresh, path)


def link_whole(source: Path, path: Path) -> None:
    """Put the file `source` at `path` too; without a second copy where the file system can."""
    fresh = draft_of(path)
    try:
        os.link(source, fresh)
    except OSError:
        shutil.copyfile(source, fresh)
    put(fresh, path)


def draft_of(path: Path) -> Path:
    """A free hidden name beside `path`, to write to and then `put`; makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.part")
    fresh.unlink(missing_ok=True)  # what a kill left may be a link of another file: never write into it
    return fresh


def put(fresh: Path, path: Path) -> None:
    """Give a finished file its name, durably: bytes, rename, folder."""
    sync(fresh)
    fresh.replace(path)
    fresh.unlink(missing_ok=True)  # renaming a link onto a link of the same file leaves both
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file's bytes, or a folder's names, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
