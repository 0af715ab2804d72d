"""What holds for the tree as a whole."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import CHECKOUT

OWN = ("muster", "assets", "resources", "sensors", "bench", "tests")


def python_files() -> list[Path]:
    return [CHECKOUT / "definitions.py", *(path for folder in OWN for path in (CHECKOUT / folder).rglob("*.py"))]


def test_imports_run_one_way() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_module_is_longer_than_a_reader_holds_at_once() -> None:
    long = {str(path.relative_to(CHECKOUT)): len(path.read_text().splitlines()) for path in python_files()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_every_module_says_what_belongs_in_it() -> None:
    silent = [
        str(path.relative_to(CHECKOUT))
        for path in python_files()
        if path.read_text().strip() and not path.read_text().lstrip().startswith('"""')
    ]
    assert silent == []


def test_lock_files_name_no_index() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert not re.search(r"https?://", (CHECKOUT / name).read_text()), name
