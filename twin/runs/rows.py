"""From an index's values to score rows: attainment, class, people; one row a zone × goal that applies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from twin.batch import Batch
from twin.database.results import ScoreRow
from twin.index import Values
from twin.runs.plan import Planned
from twin.scoring.attainment import attain
from twin.scoring.distance import class_of
from twin.scoring.people import people_affected


def score_rows(planned: Planned, values: Values, batch: Batch, own: NDArray[np.int64]) -> Iterator[ScoreRow]:
    """Score rows of a goal for the zones of a batch that it holds for.

    Args:
        planned: the goal with its index.
        values: of the batch's zones and, after them, of own parts.
        batch: whose values these are.
        own: position of each zone's own part, which adds up to the city.
    """
    reached = attain(values.value, planned.goal)
    classes = class_of(values.value, planned.goal, planned.index.unit)
    people = people_affected(batch, reached.shortfall, planned.index.unit)
    codes = batch.zones.words("code").tolist()
    types = batch.zones.words("zone_type").tolist()
    for at, part in enumerate(own):
        if not planned.goal.applies_to(types[at]):
            continue
        yield ScoreRow(
            goal=planned.goal.index,
            zone=codes[at],
            value=_number(values.value[at]),
            attainment=_number(reached.attainment[at]),
            shortfall=_number(reached.shortfall[at]),
            distance_class=int(classes[at]),
            n=int(values.n[at]),
            quality=float(values.quality[at]),
            people_affected=_number(people[at]),
            reason=str(values.reason[at]),
            numerator=float(values.numerator[part]),
            denominator=float(values.denominator[part]),
            parts={name: float(part_of[at]) for name, part_of in values.parts.items() if np.isfinite(part_of[at])},
        )


def _number(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
