"""The page of causes: the four, how they are told apart, and the premises of each index."""

from __future__ import annotations

import inspect

from pages._markdown import code, document, facts, prose
from twin.attribution import flags, structural
from twin.attribution.method import FEWEST_PREMISES
from twin.attribution.premise import PremiseModel, hindered_by
from twin.attribution.waterfall import parts_of
from twin.discover import discover

INTRODUCTION = f"""\
A zone that falls short of a goal and has at least {FEWEST_PREMISES} premises has a flag: its most likely cause, how
sure that is, and the evidence. A cause says which change would close the gap: `messy`, ordinary access to every
premise; `technology`, supply up to the standard; `data`, records that are new enough; `other`, neither of these. It
never speaks about residents. Exports name the most likely cause; screens say *undetermined* under a confidence of 0.7.

The evidence is observational. Hidden causes that move with form can fool it: operators may skip poor areas for money,
which looks like form. The effect of access is assumed; it is "tidier form as it is found in this city", not "rebuild".
Ways that are not on the map make a walk look longer than it is. A label is never an input to eviction: each messy one
comes with the cheapest access fix."""


def page() -> str:
    """The method, then one section a premise model."""
    models = discover("twin.attribution.premises", PremiseModel).values()
    method = document("## The structural rule", prose(_doc(structural.structural)), prose(_doc(hindered_by)))
    parts = document("## The parts of a shortfall", prose(_doc(parts_of)))
    without = document("## Indices without premises", prose(_doc(flags.flags_without_premises)))
    return document("# Causes", INTRODUCTION, method, parts, without, *(_section(each) for each in models))


def _section(model: PremiseModel) -> str:
    told = (
        ("supply", code((model.supply,))),
        ("layers", ", ".join(f"`{layer}` within {metres:g} m" for layer, metres in model.layers.items())),
        ("networks", code(model.networks)),
        ("confidence", f"{model.confidence:g}, fixed" if model.confidence else "by the rule"),
        ("version of the method", str(model.method_version)),
    )
    return document(f"## {model.id}", facts(told), prose(model.doc))


def _doc(thing: object) -> str:
    return inspect.getdoc(thing) or ""
