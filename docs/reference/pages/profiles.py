"""The page of goal profiles."""

from __future__ import annotations

import tomllib

from pages._keys import keys_table
from pages._markdown import code, document, table
from twin.discover import discover
from twin.goals import PROFILES, Baseline, Goal, Profile, load_profile
from twin.index import Index

INTRODUCTION = """\
A profile is a named set of goals: one TOML file, in `data/profiles/` or beside a recipe. *Computed* goals are scored
from layers by an [index](indices.md); *reported* ones are known only from statistics. A target that is not marked
verified is shown to planners as an unverified target."""

WORDS = {"at_least": "at least", "at_most": "at most"}


def page() -> str:
    """The keys of a profile, then one section a profile with its goals."""
    names = sorted(path.stem for path in PROFILES.glob("*.toml"))
    return document(
        "# Goal profiles",
        INTRODUCTION,
        *[_section(name, load_profile(name)) for name in names],
        "## Keys of a profile",
        keys_table(Profile),
        "## Keys of a [[goal]]",
        keys_table(Goal),
        "## Keys of a baseline",
        keys_table(Baseline),
    )


def _section(name: str, profile: Profile) -> str:
    computed = discover("twin.indices", Index)
    extends = tomllib.loads((PROFILES / f"{name}.toml").read_text(encoding="utf-8")).get("extends", "")
    facts = f"Goals for {profile.year}. A record older than {profile.stale_after_years:g} years is old."
    rows = [_goal(goal, computed.get(goal.index)) for goal in profile.goal]
    return document(
        f"## {name}",
        f"**{profile.name}**. {facts}" + (f" Extends `{extends}`." if extends else ""),
        f"Street classes for service vehicles: {code(profile.street_classes)}." if profile.street_classes else "",
        table(("no.", "index", "target", "holds for", "parameters", "from", "verified", "source"), rows),
    )


def _goal(goal: Goal, index: Index | None) -> tuple[str, ...]:
    name = f"[`{goal.index}`](indices.md#{goal.index})" if index else f"`{goal.index}`"
    holds = ", ".join((*goal.zone_types, *([goal.scope] if goal.scope else [])))
    params = ", ".join(f"`{name} = {value!r}`" for name, value in goal.params.items())
    origin = "computed" if index else "reported"
    return (goal.number, name, _target(goal, index), holds, params, origin, "yes" if goal.verified else "", goal.source)


def _target(goal: Goal, index: Index | None) -> str:
    low, high = goal.bounds
    since = f", relative to {goal.baseline.value:g} in {goal.baseline.year}" if goal.baseline else ""
    if goal.direction == "within":
        return f"{_number(low, index)} to {_number(high, index)}{since}"
    return f"{WORDS[goal.direction]} {_number(low if goal.direction == 'at_least' else high, index)}{since}"


def _number(value: float, index: Index | None) -> str:
    if index is None:
        return f"{value:,.10g}"
    return f"{100 * value:g} %" if index.unit == "share" else f"{value:,.10g} {index.unit}"
