"""PM2.5: fine dust in the air."""

from __future__ import annotations

from layers.schema import Meaning, Raster

pm25 = Raster(
    id="pm25",
    title="Fine dust (PM2.5)",
    title_zh="细颗粒物（PM2.5）",
    doc="Annual mean of particles up to 2.5 µm in the air near the ground.",
    meaning=Meaning.VALUE,
    unit="µg/m³",
    minimum=0,
    maximum=1000,
    ramp=("att-6", "att-5", "att-4", "att-3", "att-2", "att-1"),
)
