"""Messiness and premises of a batch as rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from twin.batch import Batch
from twin.database import causes
from twin.database.causes import FormRow, PremiseRow
from twin.messiness.measure import messiness
from twin.runs.batch import Shared
from twin.runs.plan import Planned
from twin.spatial.premises import zone_premises


def form_rows(batch: Batch, zones: int, looked_m: Mapping[str, float]) -> Iterator[FormRow]:
    """Messiness of the first ``zones`` zones of a batch; own parts come after them and are left out.

    ``looked_m`` is filled while the batch is computed: how far it looked for what the city shares, by kind.
    """
    form, premises = messiness(batch), zone_premises(batch).total
    looked = {kind: round(metres, 3) for kind, metres in looked_m.items()}
    codes = batch.zones.words("code").tolist()
    for at in range(zones):
        metrics = {name: _rounded(each[at]) for name, each in form.metrics.items() if np.isfinite(each[at])}
        interval = (_messiness(form.value[at]), _messiness(form.low[at]), _messiness(form.high[at]))
        yield FormRow(codes[at], int(premises[at]), *interval, int(form.n[at]), str(form.reason[at]), metrics, looked)


def premise_rows(planned: Planned, batch: Batch, shared: Shared, zones: int) -> Iterator[PremiseRow]:
    """Evidence of a goal's premises in the first ``zones`` zones of a batch; a row a zone that has premises.

    None where the index has no premise model, or nothing is loaded that supplies.
    """
    model, goal = planned.premises, planned.goal.index
    if model is None or goal not in shared.prepared:
        return
    rows = model.rows(batch, shared.prepared[goal], **planned.params)
    rows = rows.take(rows.zone < zones)
    rows = rows.take(np.argsort(rows.zone, kind="stable"))
    codes = batch.zones.words("code").tolist()
    starts = np.searchsorted(rows.zone, np.arange(zones + 1))
    for at in range(zones):
        if starts[at] == starts[at + 1]:
            continue
        part = slice(starts[at], starts[at + 1])
        yield PremiseRow(goal, codes[at], {name: getattr(rows, name)[part] for name in causes.ARRAY_TYPES})


def _messiness(value: float) -> float | None:
    return _rounded(value) if np.isfinite(value) else None


def _rounded(value: float) -> float:
    """To twelve digits: sums of lengths differ in the last ones by how zones are cut into batches."""
    return float(f"{value:.12g}")
