"""A file on its way to the disk, in as many pieces as it takes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import requests

from muster.connectors.http.errors import TryAgain
from muster.durable import draft_of, put

_BLOCK = 1 << 16


class Download:
    """Gathers a file beside its place, and puts it there when it is whole."""

    def __init__(self, to: Path, expected_bytes: int | None, sha256: str | None, ranges: bool) -> None:
        self._to, self._draft = to, draft_of(to)
        self._expected, self._sha256, self._ranges = expected_bytes, sha256, ranges
        self._size, self._tag = 0, ""

    @property
    def headers(self) -> Mapping[str, str]:
        """What to ask for: all, or what is still missing of the same version."""
        if not self._ranges:
            return {}
        if not self._size:
            return {"Accept-Encoding": "identity"}  # ranges count packed bytes
        same = {"If-Range": self._tag} if self._tag else {}
        return {"Accept-Encoding": "identity", "Range": f"bytes={self._size}-", **same}

    def is_file(self, response: requests.Response) -> bool:
        """Whether the answer is the file; JSON, or another status, may be an error in its place."""
        return response.status_code in (200, 206) and "json" not in response.headers.get("Content-Type", "").lower()

    def take(self, response: requests.Response) -> Mapping[str, str] | None:
        """Take what comes; the headers where the file is whole now, None where to ask for the rest at once."""
        self._line_up(response)
        before = self._size
        try:
            with self._draft.open("r+b" if self._size else "wb") as draft:
                draft.seek(self._size)
                draft.truncate()
                for block in response.iter_content(_BLOCK):
                    self._size += draft.write(block)
        except requests.RequestException:
            if not self._ranges or self._size == before:
                raise
            return None  # as long as something comes each time, no patience is used up
        return self._whole(response)

    def take_whole(self, response: requests.Response) -> Mapping[str, str]:
        """Take a body that has been read already, such as JSON that is the file."""
        self._size = self._draft.write_bytes(response.content)
        return self._whole(response)

    def _line_up(self, response: requests.Response) -> None:
        if response.status_code == 206:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {self._size}-"):
                self._ranges, self._size = False, 0
                raise TryAgain("another part of the file came than was asked for")
            return
        if self._size or response.headers.get("Content-Encoding", "identity") != "identity":
            self._ranges = False  # it cannot go on in the middle: each attempt takes the whole file
        self._size = 0
        tag = response.headers.get("ETag", "")
        self._tag = "" if tag.startswith("W/") else tag

    def _whole(self, response: requests.Response) -> Mapping[str, str]:
        size, self._size = self._size, 0  # whatever is wrong now, the next attempt begins anew
        if self._expected is not None and size != self._expected:
            raise TryAgain(f"the file has {size} bytes where {self._expected} were told")
        if self._sha256:
            with self._draft.open("rb") as draft:
                if hashlib.file_digest(draft, "sha256").hexdigest() != self._sha256.lower():
                    raise TryAgain("the file is not the one that its checksum tells")
        put(self._draft, self._to)
        return response.headers
