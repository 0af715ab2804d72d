"""What all models of the configuration have in common."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Model(BaseModel):
    """Unknown keys are mistakes, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _owner(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+|team:[A-Za-z0-9_-]+", value):
        raise ValueError("an owner is an e-mail address or team:<name>")
    return value


Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=80)]
Owner = Annotated[str, AfterValidator(_owner)]
