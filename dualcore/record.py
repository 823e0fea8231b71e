"""Base class of the plain typed records that cross rooms."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """An immutable record that serialises to JSON; NaN and infinity become null."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")
