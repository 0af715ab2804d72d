"""The rules of identity as dbt Python models see them."""

from __future__ import annotations

import json
import os
from pathlib import Path

from muster.config.identity import IdentityFile


def identity_settings() -> IdentityFile:
    """What `identity.yml` says, from the file that MUSTER_IDENTITY names, else `identity.json` in the data folder.

    The defaults where that file is not there, so that the dbt project builds by itself.
    """
    named = os.environ.get("MUSTER_IDENTITY")
    path = Path(named) if named else Path(os.environ.get("MUSTER_DATA", "../data")) / "identity.json"
    if not path.is_file():
        return IdentityFile()
    return IdentityFile.model_validate(json.loads(path.read_text("utf-8")).get("identity", {}))
