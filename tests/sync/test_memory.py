"""Memory does not grow with the length of a history."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from muster.settings import CHECKOUT

#: Reads so many chunks of 10,000 activities into a lake below a folder, and tells its greatest size in MiB.
READ = """
import sys
from pathlib import Path
import duckdb, pyarrow as pa
from muster.connectors.sync.engine import sync
from muster.connectors.sync.stream import Chunk
from tests.sync.streams import MARKETO, NOW, Told, settings_at

chunks = int(sys.argv[1])
activities = duckdb.sql(
    "select i::varchar as leadId, md5(i::varchar) || md5((i + 1)::varchar) || md5((i + 2)::varchar) as attributes"
    " from range(10000) t(i)"
).to_arrow_table()

def read():
    for number in range(chunks):
        ids = pa.arange(number * 10_000, (number + 1) * 10_000).cast(pa.string())
        dates = pa.repeat(pa.scalar(f"2026-01-{number:06d}"), 10_000)
        yield Chunk(activities.append_column("marketoGUID", ids).append_column("activityDate", dates), {"at": number})

report = sync(MARKETO, Told(read(), name="activities", version="activityDate"), settings_at(Path(sys.argv[2])), NOW)
assert report.loaded == chunks * 10_000
told = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(told.split()[1]) // 1024)
"""


def test_a_history_four_times_as_long_takes_no_more_memory(tmp_path: Path) -> None:
    short, long = greatest_size(50, tmp_path / "short"), greatest_size(200, tmp_path / "long")
    assert long < short + 150, "300 MiB of records more, and none of them kept"


def greatest_size(chunks: int, place: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", READ, str(chunks), str(place)],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)
