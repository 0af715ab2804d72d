"""A server that answers as it is told to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as place:
        yield place
