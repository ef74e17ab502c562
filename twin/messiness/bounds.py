"""The fixed bounds and weights of metrics: ``data/messiness.toml``, the same for every city."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from twin.discover import discover
from twin.errors import SettingError, UnknownName
from twin.messiness.metric import Metric
from twin.settings import PROJECT

FILE = PROJECT / "data" / "messiness.toml"


class Bounds(BaseModel):
    """What of a metric counts as tidy and what as messy, and how much it weighs."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lo: float = Field(description="The value that counts as 0, and all below.")
    hi: float = Field(description="The value that counts as 1, and all above.")
    weight: float = Field(ge=0, le=1, description="Weight in the mean; 0 is shown and never summed.")
    source: str = Field(min_length=1, description="Where the bounds come from.")

    @model_validator(mode="after")
    def _in_order(self) -> Bounds:
        if not self.lo < self.hi:
            raise ValueError(f"lo {self.lo} must be less than hi {self.hi}")
        return self


@functools.cache
def bounds(path: Path = FILE) -> Mapping[str, Bounds]:
    """Bounds by id of metric.

    Raises:
        SettingError: not TOML, or a key or value that does not fit (named).
        UnknownName: a metric that is not there.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        found = TypeAdapter(dict[str, Bounds]).validate_python(raw)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(part) for part in first["loc"])
        raise SettingError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from None
    metrics = discover("twin.messiness.metrics", Metric)
    for name in found:
        if name not in metrics:
            raise UnknownName("metric", name, metrics, str(path))
    return MappingProxyType(found)
