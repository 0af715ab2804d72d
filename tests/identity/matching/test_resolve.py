"""`muster resolve` as its user meets it: rows in their order, files of any make, one line for what is wrong."""

from __future__ import annotations

import csv
import gzip
import json
import random
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from muster.cli.main import main
from muster.identity.matching.features import load_macros
from muster.sql import connect

HEAD = ("given", " surname ", "born", "mail")
MAPS = (
    "given=person.name.firstName",
    "surname=person.name.lastName",
    "born=person.birthDate",
    "mail=personalEmail.address",
)
ROWS = [
    ("Robert", " Calloway", "1968-03-02", "rob.calloway@gmail.com"),
    ("Ida", " Berg", "1959-09-19", "ida@berg.no"),
    ("Bob", " Calloway ", "1968-03-02", "Rob.Calloway+x@gmail.com"),
    ("Zoë", " Łukasz", "1990-01-05", "zoe@lukasz.pl"),
    ("Ida", " Berg", "19.09.1959", "IDA@BERG.NO"),
    ("Emil", " Novák", "", ""),
]


def resolve(file: Path, out: Path, *more: str, maps: tuple[str, ...] = MAPS) -> Result:
    told = [argument for each in maps for argument in ("--map", each)]
    return CliRunner().invoke(main, ["resolve", str(file), "--kind", "person", *told, "--out", str(out), *more])


def clusters(out: Path) -> list[str]:
    with out.open(encoding="utf-8") as file:
        return [row["cluster_id"] for row in csv.DictReader(file)]


def written(path: Path, rows: list[tuple[str, ...]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    lines = [delimiter.join(row) for row in [HEAD, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def test_all_rows_come_back_in_their_order_with_cluster_and_confidence(tmp_path: Path) -> None:
    done = resolve(written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv")
    assert done.exit_code == 0, done.output
    assert "6 rows, 4 people" in done.output
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        found = list(csv.reader(file))
    assert [name.strip() for name in found[0]] == ["given", "surname", "born", "mail", "cluster_id", "confidence"]
    assert [tuple(row[:4]) for row in found[1:]] == ROWS
    assert [row[4] for row in found[1:]] == ["1", "2", "1", "3", "2", "4"]
    assert all(0 <= float(row[5]) <= 1 for row in found[1:])


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_any_delimiter(tmp_path: Path, delimiter: str) -> None:
    assert resolve(written(tmp_path / "in.csv", ROWS, delimiter), tmp_path / "out.csv").exit_code == 0
    assert clusters(tmp_path / "out.csv") == ["1", "2", "1", "3", "2", "4"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_any_encoding(tmp_path: Path, encoding: str) -> None:
    assert resolve(written(tmp_path / "in.csv", ROWS, encoding=encoding), tmp_path / "out.csv").exit_code == 0
    assert "Zoë" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_windows_1252(tmp_path: Path) -> None:
    rows = [row for row in ROWS if "Ł" not in row[1]] + [("Zoë", "Müller", "", "")]
    assert resolve(written(tmp_path / "in.csv", rows, encoding="cp1252"), tmp_path / "out.csv").exit_code == 0
    assert "Müller" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_gzip_json_lines_and_parquet_give_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain = written(tmp_path / "in.csv", ROWS)
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    told = [dict(zip(("given", "surname", "born", "mail"), row, strict=True)) for row in ROWS]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(row) for row in told))
    pq.write_table(pa.Table.from_pylist(told), tmp_path / "in.parquet")
    for name in ("in.csv", "in.csv.gz", "in.jsonl", "in.parquet"):
        assert resolve(tmp_path / name, tmp_path / "out.csv").exit_code == 0
        assert clusters(tmp_path / "out.csv") == ["1", "2", "1", "3", "2", "4"], name


def test_truth_is_told_and_never_compared(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    lines = [",".join((*row, f"t{number}")) for number, row in enumerate(ROWS)]
    path.write_text(",".join((*HEAD, "truth")) + "\n" + "\n".join(lines), encoding="utf-8")
    done = resolve(path, tmp_path / "out.csv", "--truth", "truth")
    assert "precision 0.0000  recall 1.0000" in done.output
    assert "0 of 2 merged pairs are right, 0 are true" in done.output
    refused = resolve(path, tmp_path / "out.csv", "--truth", "truth", maps=(*MAPS, "truth=person.personID"))
    assert refused.exit_code == 1
    assert "may not be compared" in refused.output


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    rows = [
        (first, last, f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9}", f"{first}.{last}@mail.com".lower())
        for number, (first, last) in enumerate(
            (first, last) for first in ("Ann", "Bo", "Cid", "Dee", "Eve") for last in ("Abbot", "Burke", "Chen", "Diaz")
        )
    ]
    rows += [(first.upper(), last + "s", born, mail) for first, last, born, mail in rows[::2]]
    partitions = set()
    for seed in range(3):
        order = random.Random(seed).sample(range(len(rows)), len(rows)) if seed else list(range(len(rows)))
        assert resolve(written(tmp_path / "in.csv", [rows[i] for i in order]), tmp_path / "out.csv").exit_code == 0
        groups: dict[str, set[int]] = {}
        for place, cluster in enumerate(clusters(tmp_path / "out.csv")):
            groups.setdefault(cluster, set()).add(order[place])
        partitions.add(frozenset(frozenset(group) for group in groups.values()))
    assert len(partitions) == 1


def test_a_file_twice_is_joined_row_by_row(tmp_path: Path) -> None:
    whole = [row for row in ROWS if row[3] and row[0] not in {"Bob"}][:3]
    assert resolve(written(tmp_path / "in.csv", [*whole, *whole]), tmp_path / "out.csv").exit_code == 0
    found = clusters(tmp_path / "out.csv")
    assert found[:3] == found[3:]
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    ("content", "maps", "told"),
    [
        (None, MAPS, "is not there; check the path"),
        ("", MAPS, "is empty"),
        ("given,surname\n", ("given=person.name.firstName",), "has no rows"),
        ("given,surname\nA,B\n", ("first=person.name.firstName",), "has no column first; it has given, surname"),
        ("given,surname\nA,B\nC,D\n", ("given",), "write COLUMN=PATH"),
    ],
)
def test_one_line_says_what_is_wrong(tmp_path: Path, content: str | None, maps: tuple[str, ...], told: str) -> None:
    path = tmp_path / "in.csv"
    if content is not None:
        path.write_text(content)
    done = resolve(path, tmp_path / "out.csv", maps=maps)
    assert done.exit_code == 1
    assert told in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    done = resolve(written(tmp_path / "in.csv", ROWS), tmp_path / "nowhere" / "out.csv")
    assert done.exit_code == 1
    assert "cannot be written" in done.output
    assert len(done.output.strip().splitlines()) == 1


def test_a_path_of_ones_own_is_compared_by_its_values(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_text(
        "who,badge,team\nKim,K-7781,red\nKimberly,K-7781,red\nLou,L-2290,red\nMo,M-1120,blue\nNo,N-5567,blue\n"
        "Pat,P-9034,blue\nPatrick,P-9034,blue\n"
    )
    maps = ("who=person.name.firstName", "badge=_acme.badge", "team=_acme.team")
    assert resolve(path, tmp_path / "out.csv", maps=maps).exit_code == 0
    assert clusters(tmp_path / "out.csv") == ["1", "1", "2", "3", "4", "5", "5"]


def test_what_does_not_fit_into_memory_never_goes_to_the_current_folder() -> None:
    with connect() as connection:
        (spill,) = connection.execute("select current_setting('temp_directory')").fetchall()[0]
    assert Path(spill).parent == Path(tempfile.gettempdir())


def test_spellings_of_one_name_are_no_other_name() -> None:
    with connect() as connection:
        load_macros(connection)

        def sound(name: str) -> object:
            return connection.execute("select sound_of($name)", {"name": name}).fetchall()[0][0]

        assert sound("catherine") == sound("katherine")
        assert sound("stephen") == sound("steven")
        assert sound("sarah") == sound("sara")
        assert sound("daniel") != sound("danielle")
        assert sound("eric") != sound("erica")
