"""The pages on stores and databases name every setting, and their examples are sound."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from muster.config.models import SourcesFile, Storage
from tests.conftest import CHECKOUT

PAGES = CHECKOUT / "docs" / "how-to"


@pytest.mark.parametrize("page", ["read-from-object-stores.md", "read-postgres.md"])
def test_an_example_is_sound(page: str) -> None:
    example = (PAGES / page).read_text("utf-8").split("```yaml\n", 1)[1].split("```", 1)[0]
    data = YAML(typ="safe").load(example.replace("${SHOP_DATABASE}", "postgresql://x"))
    assert len(SourcesFile.model_validate(data).sources[0].name) > 0


def test_every_key_of_storage_is_named() -> None:
    page = (PAGES / "read-from-object-stores.md").read_text("utf-8")
    assert [key for key in Storage.model_fields if f"`{key}`" not in page] == []
