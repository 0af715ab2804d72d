"""One compilation for all tests of identity and marts."""

from __future__ import annotations

import pytest

from tests.identity.compiled import Compiled, compile_project


@pytest.fixture(scope="session")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compile_project(tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def project(compiled_once: Compiled) -> Compiled:
    """The compiled project, before its first snapshot."""
    compiled_once.forget_ids()
    return compiled_once
