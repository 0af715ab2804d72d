"""Files arrive whole, whatever happens on the way, or not at all."""

from __future__ import annotations

import hashlib
import random
import re
from pathlib import Path

import pytest

from muster.connectors.http.answer import Answer
from muster.connectors.http.client import ApiClient
from muster.connectors.http.patience import Patience
from muster.connectors.http.verdict import Good, Refused, Verdict
from muster.errors import SourceError
from tests.http.server import Act, Handler, Server, cut, says

CONTENT = random.Random(7).randbytes(700_001)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def judge(answer: Answer) -> Verdict:
    return Good() if answer.status < 400 and b"error" not in answer.body else Refused(f"HTTP {answer.status}")


def get(server: Server, to: Path, **more: object) -> None:
    api = ApiClient(server.url, label="Acme", budget=None, judge=judge, patience=Patience(sleep=lambda _: None))
    api.download("/file", to, **more)  # type: ignore[arg-type]


def sends(portion: int, *, ranges: bool = True, changed: bool = False) -> Act:
    """A server that hangs up after so many bytes, from where it was asked to begin."""

    def act(handler: Handler) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", ""))
        start = int(asked[1]) if asked and ranges and handler.headers.get("If-Range", '"1"') == '"1"' else 0
        rest, headers = CONTENT[start:], {"Content_Type": "text/csv", "ETag": '"2"' if changed else '"1"'}
        if start:
            headers["Content_Range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        handler.answer(206 if start else 200, rest[:portion], length=len(rest), **headers)
        if portion < len(rest):
            handler.hang_up()

    return act


def test_a_cut_file_goes_on_where_it_was(server: Server, tmp_path: Path) -> None:
    server.then(sends(100_000))
    get(server, tmp_path / "file.csv", expected_bytes=len(CONTENT), sha256=SHA256)
    assert (tmp_path / "file.csv").read_bytes() == CONTENT
    assert 7 <= len(server.asked) <= 12
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


def test_a_server_without_ranges_is_asked_for_the_whole_again(server: Server, tmp_path: Path) -> None:
    server.then(sends(400_000, ranges=False), sends(500_000, ranges=False), cut, sends(10**9, ranges=False))
    get(server, tmp_path / "file.csv", sha256=SHA256)
    assert (tmp_path / "file.csv").read_bytes() == CONTENT


def test_a_server_that_always_hangs_up_is_given_up(server: Server, tmp_path: Path) -> None:
    server.then(sends(400_000, ranges=False))
    with pytest.raises(SourceError, match=r"^Acme: GET /file failed 20 times, last: .*broke"):
        get(server, tmp_path / "file.csv")
    assert not (tmp_path / "file.csv").exists()


def test_another_size_or_checksum_is_no_file(server: Server, tmp_path: Path) -> None:
    server.then(sends(10**9))
    with pytest.raises(SourceError, match="the file has 700001 bytes where 700000 were told"):
        get(server, tmp_path / "file.csv", expected_bytes=700_000)
    with pytest.raises(SourceError, match="not the one that its checksum tells"):
        get(server, tmp_path / "file.csv", sha256="0" * 64)
    assert not (tmp_path / "file.csv").exists()


def test_a_file_that_changed_meanwhile_is_taken_anew(server: Server, tmp_path: Path) -> None:
    server.then(sends(100_000), sends(10**9, ranges=False, changed=True))
    get(server, tmp_path / "file.csv", sha256=SHA256)
    assert (tmp_path / "file.csv").read_bytes() == CONTENT


def test_an_error_in_place_of_the_file_is_judged(server: Server, tmp_path: Path) -> None:
    server.then(says(200, b'{"error": "none such"}'))
    with pytest.raises(SourceError, match=r"^Acme: GET /file: HTTP 200$"):
        get(server, tmp_path / "file.csv")
    server.then(says(404, b"not ready", Content_Type="text/plain"))
    with pytest.raises(SourceError, match=r"^Acme: GET /file: HTTP 404$"):
        get(server, tmp_path / "file.csv")


def test_a_file_of_json_is_a_file(server: Server, tmp_path: Path) -> None:
    server.then(says(200, b'{"fine": 1}'))
    get(server, tmp_path / "file.json", expected_bytes=11)
    assert (tmp_path / "file.json").read_bytes() == b'{"fine": 1}'
