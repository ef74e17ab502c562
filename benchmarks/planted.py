"""Causes found in planted cities against their truth, and what of the loss of coverage messiness explains.

The structural method and two obvious ones, both given the same messiness: above the city's median, and bivariate LISA
with false discoveries held at 5 %. Cities: as drawn; with one record in 25 the wrong way round; and null ones, where
access does nothing. Prints the tables of docs/validation.md.

Run: python -m benchmarks.planted [--seeds 11 12 13 14 15] [--zones 400]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.block_size import block_size
from benchmarks.machine import described, table
from benchmarks.rank import partial_rank_correlation
from tests.planted.attributed import Attributed, attributed
from tests.planted.city import Planted, planted_city
from tests.planted.labels import CAUSES, TARGETS
from tests.planted.parameters import STYLES
from tests.planted.scoring import Scored, scores
from tests.planted.traits import UTILITIES

METHODS = {"structural": "structural", "median": "messy above the median", "lisa": "bivariate LISA"}
WRONG = 0.04
COUNT, BLOCK = "count of buildings", "block size"
VARIANTS: dict[str, dict[str, float | bool]] = {"drawn": {}, "wrong": {"wrong": WRONG}, "null": {"null": True}}


def scored(city: Attributed, method: str, goals: Sequence[str] = tuple(TARGETS)) -> Scored:
    """How right a method is about some goals."""
    truth = city.planted.truth
    return scores(city.flags[method], truth[truth["goal"].isin(goals)])


def causes_table(cities: Mapping[str, Sequence[Attributed]], methods: Sequence[str]) -> str:
    """Means over seeds, a row a style and method."""
    heads = ("style", "method", "macro-F1 (least, most)", *(f"{cause}: precision / recall" for cause in CAUSES))
    rows = [
        (style, METHODS[method], *_cells([scored(city, method) for city in cities[style]]))
        for style in STYLES
        for method in methods
    ]
    return table((*heads, "innocent called messy", "ECE", "Brier", "right at confidence ≥ 0.8"), rows)


def _cells(found: Sequence[Scored]) -> list[str]:
    f1 = [each.macro_f1 for each in found]
    both = [
        f"{_mean([each.precision[cause] for each in found])} / {_mean([each.recall[cause] for each in found])}"
        for cause in CAUSES
    ]
    rest = [_mean([getattr(each, name) for each in found]) for name in ("innocent_messy", "ece", "brier")]
    sure = _mean([each.right_when_sure for each in found])
    return [f"{np.mean(f1):.3f} ({min(f1):.3f}, {max(f1):.3f})", *both, *rest, sure]


def _mean(values: Sequence[float]) -> str:
    known = [each for each in values if np.isfinite(each)]
    return f"{np.mean(known):.2f}" if known else "–"


def null_table(cities: Mapping[str, Sequence[Attributed]]) -> str:
    """Share of innocent zones called messy where nothing is: broadband and sewer of null cities."""
    rows = []
    for style in STYLES:
        for method, said in METHODS.items():
            share = [scored(city, method, UTILITIES).innocent_messy for city in cities[style]]
            rows.append((style, said, f"{np.mean(share):.3f} ({min(share):.3f}, {max(share):.3f})"))
    return table(("style", "method", "called messy of broadband and sewer shortfalls (least, most)"), rows)


def loss_of(planted: Planted, *, supplied: bool) -> np.ndarray:
    """Coverage that bad access costs each zone in truth, mean of the utilities: as supplied, or were all supplied."""
    worlds = planted.worlds[planted.worlds["goal"].isin(UTILITIES)]
    without = worlds["both"] - worlds["supplied"] if supplied else worlds["tidy"] - worlds["real_y0"]
    return without.groupby(worlds["zone"]).mean().reindex(planted.traits["code"]).to_numpy()


def quantities(city: Attributed) -> dict[str, np.ndarray]:
    """What may go with the loss: messiness and its metrics, and mere size."""
    metrics = {name.replace("_", " "): each for name, each in city.form.metrics.items()}
    size = block_size(city.whole.batch)
    return {"messiness": city.form.value, **metrics, COUNT: city.form.n.astype(np.float64), BLOCK: size}


def loss_table(cities: Mapping[str, Sequence[Attributed]], *, supplied: bool) -> str:
    """Rank correlations with the true loss, means over seeds: plain, and with others held."""
    rows = []
    for style in STYLES:
        known = [(quantities(city), loss_of(city.planted, supplied=supplied)) for city in cities[style]]
        for name in known[0][0]:
            held = [(), (COUNT,), (BLOCK,), (COUNT, BLOCK), ("messiness",)]
            cells = [_signed([_held(q, name, loss, others) for q, loss in known]) for others in held]
            rows.append((style, name, *cells))
    heads = ("ρ with the loss", "given count", "given block size", "given both", "given messiness")
    return table(("style", "", *heads), rows)


def _held(known: Mapping[str, np.ndarray], name: str, loss: np.ndarray, others: Sequence[str]) -> float:
    if name in others:
        return float("nan")
    return partial_rank_correlation(known[name], loss, *(known[each] for each in others))


def _signed(values: Sequence[float]) -> str:
    known = [each for each in values if np.isfinite(each)]
    return f"{np.mean(known):+.2f}" if known else "–"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[11, 12, 13, 14, 15])
    parser.add_argument("--zones", type=int, default=400)
    options = parser.parse_args()
    cities: dict[str, dict[str, list[Attributed]]] = {}
    start = time.perf_counter()
    for variant, given in VARIANTS.items():
        cities[variant] = {
            style: [
                attributed(planted_city(style, seed, zones=options.zones, **given))  # type: ignore[arg-type]
                for seed in options.seeds
            ]
            for style in STYLES
        }
    seconds = (time.perf_counter() - start) / (len(VARIANTS) * len(STYLES) * len(options.seeds))
    print(described(), f"{seconds:.0f} s a city of {options.zones} zones, made, scored and attributed.", sep="\n")
    print("\nAs drawn\n", causes_table(cities["drawn"], tuple(METHODS)), sep="\n")
    print(f"\nWrong records {WRONG:.0%}\n", causes_table(cities["wrong"], tuple(METHODS)), sep="\n")
    print("\nNull\n", null_table(cities["null"]), sep="\n")
    print("\nLoss, as supplied\n", loss_table(cities["drawn"], supplied=False), sep="\n")
    print("\nLoss, were all supplied\n", loss_table(cities["drawn"], supplied=True), sep="\n")


if __name__ == "__main__":
    main()
