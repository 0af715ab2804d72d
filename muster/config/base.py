"""What all models of the configuration have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Unknown keys are mistakes, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
