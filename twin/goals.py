"""What a goal and a profile is: one TOML file of targets, found by name in ``data/profiles/`` or by path."""

from __future__ import annotations

import functools
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from twin.errors import ProfileError, UnknownName
from twin.settings import PROJECT

PROFILES = PROJECT / "data" / "profiles"

NOT_SERVICE_CLASSES = (
    *("path", "footway", "steps", "cycleway", "bridleway"),
    *("platform", "corridor", "elevator", "ladder", "via_ferrata", "crossing"),
)
"""Road classes that a service vehicle cannot use, unless a profile lists its own ``street_classes``."""

Target = float | Annotated[list[float], Field(min_length=2, max_length=2)]


class Baseline(BaseModel):
    """The year and value that a target is relative to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    year: int = Field(description="The year that is compared with.")
    value: float = Field(description="The value of that year, in the index's unit.")


class Goal(BaseModel):
    """An index with its target: how much, which way, for which zones, and where the target is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    index: str = Field(description="Id of the index that the target holds for.")
    target: Target = Field(description="One number in the index's unit (shares 0…1), or [low, high] for within.")
    direction: Literal["at_least", "at_most", "within"] = Field(description="Which side of the target is good.")
    number: str = Field(default="", description="Number of the goal in the text that it comes from.")
    zone_types: tuple[str, ...] = Field(default=(), description="Types of zones that it holds for; all where empty.")
    params: dict[str, Any] = Field(default_factory=dict, description="Parameters of the index.")
    baseline: Baseline | None = Field(default=None, description="Year and value that the target is relative to.")
    scope: str = Field(default="", description="District or polygon that the target holds for; the city where empty.")
    source: str = Field(default="", description="Where the target is written.")
    verified: bool = Field(default=False, description="Whether somebody read the target in its source.")

    @model_validator(mode="after")
    def _target_fits_direction(self) -> Goal:
        if isinstance(self.target, list) != (self.direction == "within"):
            raise ValueError("'within' needs two numbers [low, high]; 'at_least' and 'at_most' need one")
        if isinstance(self.target, list) and self.target[0] > self.target[1]:
            raise ValueError(f"the low end {self.target[0]} lies above the high end {self.target[1]}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that reach the target."""
        if isinstance(self.target, list):
            return self.target[0], self.target[1]
        return (self.target, float("inf")) if self.direction == "at_least" else (float("-inf"), self.target)

    def applies_to(self, zone_type: str | None) -> bool:
        """Whether the goal holds for zones of that type."""
        return not self.zone_types or zone_type in self.zone_types


class Profile(BaseModel):
    """A named set of goals."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(description="Name on screens.")
    year: int = Field(description="Year that the goals are to be reached by.")
    extends: str = Field(default="", description="A profile whose goals hold too, unless this file has its own.")
    stale_after_years: float = Field(default=5, gt=0, description="Years after which a record counts as old.")
    street_classes: tuple[str, ...] = Field(
        default=(),
        description=f"Road classes that a service vehicle can use; default all but {', '.join(NOT_SERVICE_CLASSES)}.",
    )
    goal: tuple[Goal, ...] = Field(default=(), description="The goals, one [[goal]] each.")

    def goal_of(self, index: str) -> Goal:
        """The goal of an index.

        Raises:
            UnknownName: the profile has no goal of that index.
        """
        for each in self.goal:
            if each.index == index:
                return each
        raise UnknownName("goal", index, [g.index for g in self.goal], self.name)

    @functools.cached_property
    def digest(self) -> str:
        """Hash of the content: runs of equal profiles can be resumed."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def profile_path(name: str, beside: Path | None = None) -> Path:
    """The file of a profile: a name in ``data/profiles/``, or a path (relative to ``beside``).

    Raises:
        UnknownName: there is none; the nearest name is given.
    """
    if name.endswith(".toml"):
        path = (beside or Path()) / name
        if path.is_file():
            return path
        raise ProfileError(f"{path}: there is no such profile file")
    path = PROFILES / f"{name}.toml"
    if not path.is_file():
        raise UnknownName("profile", name, [p.stem for p in PROFILES.glob("*.toml")], str(PROFILES))
    return path


def load_profile(name: str, beside: Path | None = None) -> Profile:
    """Read a profile with all that it extends; a goal of the extending file replaces the one of the same index.

    Raises:
        ProfileError: not TOML, a key or value that does not fit (named), or a circle of ``extends``.
        UnknownName: no profile of that name.
    """
    return _load(profile_path(name, beside), ())


def _load(path: Path, seen: tuple[Path, ...]) -> Profile:
    if path in seen:
        raise ProfileError(f"{path}: extends itself by way of {' → '.join(p.stem for p in seen)}")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: not TOML: {error}") from error
    try:
        own = Profile.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = " ".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise ProfileError(f"{path}: {place}: {first['msg'].removeprefix('Value error, ')}") from None
    _refuse_doubles(path, own)
    if not own.extends:
        return own
    base = _load(profile_path(own.extends, path.parent), (*seen, path))
    goals = {g.index: g for g in base.goal} | {g.index: g for g in own.goal}
    inherited = base.model_dump(include={"stale_after_years", "street_classes"})
    given = own.model_dump(include=own.model_fields_set)
    return Profile.model_validate({**inherited, **given, "goal": tuple(goals.values())})


def _refuse_doubles(path: Path, profile: Profile) -> None:
    seen: set[str] = set()
    for each in profile.goal:
        if each.index in seen:
            raise ProfileError(f"{path}: two goals of the index '{each.index}'; keep one")
        seen.add(each.index)
