"""The page of messiness: how it is measured, and its metrics."""

from __future__ import annotations

from pages._markdown import code, document, facts, prose, table
from twin.discover import discover
from twin.messiness import completeness, interval, measure
from twin.messiness.bounds import Bounds, bounds
from twin.messiness.metric import Metric

INTRODUCTION = f"""\
Messiness says how a zone is built, 0 tidy to 1 messy: the mean by weight of its metrics, each between fixed bounds
(`data/messiness.toml`): r = clip((value - lo) / (hi - lo), 0, 1). The bounds are the same for every city, never the
city's own ranks: tidying the worst zone makes no other messier. Metrics of weight 0, and metrics without bounds, are
shown and never summed. What is not measured does not count, and the weights of the others are scaled up.

Every value has its interval: {interval.DRAWS} draws by bootstrap over the buildings and junctions of the zone, of which
the middle 95 %. Messiness is *not measured* in a zone of fewer than {measure.FEWEST_BUILDINGS} buildings, and where
footprints are incomplete; of fewer than {measure.CONFIDENT_FROM} buildings it is of low confidence.

Footprints are incomplete where, of the distinct points with premises in the zone
({code(completeness.POINT_LAYERS)}, at least {completeness.FEWEST_POINTS}), less than {completeness.LEAST_SHARE:.0%} lie
within {completeness.NEAR_M:g} m of a footprint. Missing footprints look tidy.

A zone's messiness is a description of its form, not of its people, and no reason for eviction."""


def page() -> str:
    """The measure, then one section a metric."""
    found, fixed = discover(measure.METRICS, Metric), bounds()
    rows = [
        (f"[`{name}`](#{name})", each.title, each.title_zh, unit_words(each), *_bound_words(fixed.get(name)))
        for name, each in found.items()
    ]
    heads = ("metric", "title", "中文", "unit", "lo", "hi", "weight")
    sections = [_section(each, fixed.get(name)) for name, each in found.items()]
    return document("# Messiness", INTRODUCTION, table(heads, rows), *sections)


def unit_words(metric: Metric) -> str:
    """The unit, as people say it."""
    return "share, shown in percent" if metric.unit == "share" else metric.unit


def _bound_words(fixed: Bounds | None) -> tuple[str, str, str]:
    return (f"{fixed.lo:g}", f"{fixed.hi:g}", f"{fixed.weight:g}") if fixed else ("", "", "")


def _section(metric: Metric, fixed: Bounds | None) -> str:
    reach = max(metric.layers.values(), default=0.0)
    told = (
        ("unit", unit_words(metric)),
        ("counts", f"{metric.counted}, at least {metric.fewest}"),
        ("layers that it needs", code(metric.layers)),
        ("networks", code(metric.networks)),
        ("reach", f"{reach:g} m around a zone" if reach else "the zone itself"),
        ("bounds", f"{fixed.lo:g} to {fixed.hi:g}, weight {fixed.weight:g}: {fixed.source}" if fixed else "none"),
        ("version of the method", str(metric.method_version)),
    )
    return document(f"## {metric.id}", f"**{metric.title}** ({metric.title_zh})", facts(told), prose(metric.doc))
