"""Damaged and missing exports: told in one line each, exit code 1, and the good goes on."""

from __future__ import annotations

from tests.conftest import Installation


def test_one_bad_source_is_told_and_does_not_stop_the_others(world_copy: Installation) -> None:
    before = world_copy.status()
    world_copy.muster("world", "--next-day")
    (world_copy.data / "world" / "salesforce" / "Contact_2099-01-01.csv.gz").write_bytes(b"\x1f\x8bnot really gzip")
    sources = world_copy.config / "sources.yml"
    sources.write_text(sources.read_text().replace("path: world/marketo-emea", "path: world/moved-away"))

    done = world_copy.muster("run", check=False)
    after = world_copy.status()

    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert any("Contact_2099-01-01.csv.gz" in line for line in told), done.stderr
    assert any("moved-away is not there" in line for line in told), done.stderr
    assert "Traceback" not in done.stderr
    took = {(source["name"], item["object"]): item for source in after["sources"] for item in source["objects"]}
    assert took["crm", "Lead"]["loaded"] > 0
    assert after["snapshot"] > before["snapshot"]
    assert after["marts"]["person"] >= before["marts"]["person"] - 10
    assert sum(item["sent"] for item in after["activations"]) > 0
