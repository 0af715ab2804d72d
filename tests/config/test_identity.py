"""Mistakes in `identity.yml`, each told in one line; and what needs no mention."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.config.identity import IdentityFile
from muster.config.load import read

CASES = {
    "- {name: CRMID, type: login}": (
        "'type' must be one of person, cross_device, email, phone, device, cookie, partner, not 'login'"
    ),
    "- {name: CRMID, type: email}\n- {name: crmid, type: phone}": (
        "the namespace 'CRMID' stands twice; keep one of them (case does not count)"
    ),
    "- {name: CRMID, type: cross_device, priority: 2}\n- {name: ECID, type: cookie, priority: 1}": (
        "the cookie namespace ECID is ranked above CRMID, which says who it is; give ECID a priority above 2"
    ),
    "- {name: CRMID, type: cross_device, shared: join}": (
        "'shared' is for namespaces of type cookie or device, and CRMID is cross_device"
    ),
    "- {name: ECID, type: cookie, pattern: '[0-9'}": "the pattern of ECID is no regular expression",
    "- {name: b2b_person, type: cookie}": "b2b_person is the namespace of record keys; its type is person",
}


@pytest.mark.parametrize("listed", CASES)
def test_a_mistake_in_a_namespace_is_one_line(tmp_path: Path, listed: str) -> None:
    (tmp_path / "sources.yml").write_text("organization: Example\n")
    (tmp_path / "identity.yml").write_text("namespaces:\n" + "".join(f"  {line}\n" for line in listed.splitlines()))
    (problem,) = read(tmp_path).problems
    assert CASES[listed] in str(problem)
    assert problem.line >= 1
    assert "\n" not in str(problem)


def test_known_namespaces_need_no_mention_and_give_way_to_those_listed() -> None:
    listed = IdentityFile.model_validate({"namespaces": [{"name": "ecid", "type": "cookie", "shared": "join"}]})
    names = [item.name for item in listed.all_namespaces]
    assert names[0] == "ecid"
    assert "ECID" not in names
    assert {"b2b_person", "Email", "GAID"} < set(names)
    owned = {item.name for item in listed.all_namespaces if item.is_owned}
    assert "GAID" in owned
    assert not owned & {"ecid", "Email", "b2b_person", "Phone"}


def test_machines_come_after_people_by_default() -> None:
    ranks = {item.name: item.rank for item in IdentityFile().all_namespaces}
    assert ranks["b2b_person"] < ranks["Email"] < ranks["Phone"] < ranks["GAID"] < ranks["ECID"]
