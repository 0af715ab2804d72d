"""Whatever a user gets wrong ends as one line and an exit code, never as a traceback."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from click.testing import Result

from muster.errors import StateError
from muster.settings import Settings
from muster.state import StateStore
from tests.cli.conftest import Muster

PASSWORD = "s3cret-p4ss"


def line_of(result: Result) -> str:
    """The one line of an error that is meant to be read."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", ["run", "status"])
def test_without_a_configuration(muster: Muster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("MUSTER_CONFIG", str(tmp_path / "nowhere"))
    line = line_of(muster(command))
    assert "nowhere/sources.yml: the file is not there" in line
    assert "muster init" in line


@pytest.mark.parametrize("command", ["run", "status", "check", "dev", "world", "release scored"])
def test_with_a_data_folder_that_cannot_be_made(
    muster: Muster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MUSTER_DATA", str(tmp_path / "file" / "data"))
    line = line_of(muster(*command.split()))
    assert line.startswith(str(tmp_path / "file"))
    assert line.endswith("check the path and its rights")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://muster:{PASSWORD}@127.0.0.1:1/muster",
        f"postgresql://muster@127.0.0.1:1/muster?password={PASSWORD}",
        f"postgresql://muster:{PASSWORD}@127.0.0.1:port/muster",
        f"mysql://muster:{PASSWORD}@127.0.0.1/muster",
        f"muster {PASSWORD}",
    ],
)
def test_a_state_store_that_cannot_be_had_is_told_without_its_password(
    muster: Muster, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("MUSTER_STATE_URL", url)
    line = line_of(muster("status"))
    assert "MUSTER_STATE_URL" in line
    assert PASSWORD not in line
    assert PASSWORD not in repr(Settings.from_environment())


def test_a_state_store_that_goes_away_in_the_middle_is_told_too(tmp_path: Path) -> None:
    store = StateStore(f"sqlite:///{tmp_path}/state.db")
    with pytest.raises(StateError, match="no such table: wanted"), store.begin() as connection:
        connection.exec_driver_sql("select * from wanted")


def test_an_audience_that_is_not_there_is_not_released(muster: Muster) -> None:
    assert line_of(muster("release", "scord")) == "there is no audience scord; did you mean scored?"


def test_an_audience_that_is_not_held_is_not_released(muster: Muster) -> None:
    assert line_of(muster("release", "scored")) == "scored is not held; nothing to release"


def test_a_world_that_was_never_made_does_not_move_on(muster: Muster) -> None:
    assert "run `muster world` first" in line_of(muster("world", "--next-day"))


def test_a_port_that_is_taken(muster: Muster) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = line_of(muster("dev", "--port", str(port)))
    assert line.startswith(f"port {port} of 127.0.0.1 cannot be had")


@pytest.mark.parametrize(
    "arguments",
    [
        "dev --port 99999",
        "init new --export salesforce=/nowhere/at/all",
        "init new --export excel=.",
        "init new",
        "rum",
    ],
)
def test_wrong_use_exits_with_two_and_says_what_is_wrong(muster: Muster, arguments: str) -> None:
    result = muster(*arguments.split())
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("Error: ")


def test_status_before_anything_ran_is_no_error(muster: Muster) -> None:
    result = muster("status", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert '"run_id": null' in result.stdout


def test_resending_what_was_never_wanted(muster: Muster) -> None:
    assert "nothing was ever wanted at drop/vips; known are: none yet" in line_of(muster("resend", "drop", "vips"))
