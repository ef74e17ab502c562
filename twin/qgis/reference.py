"""The city's coordinate reference system as QGIS writes it, and the part of it that a project opens with."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import pyproj

from twin.qgis.options import text_element


@dataclass(frozen=True)
class Reference:
    """EPSG code of the city's CRS, and what a map first shows in it: west, south, east, north in metres."""

    srid: int
    extent: tuple[float, float, float, float]

    @property
    def authority(self) -> str:
        """The code with its authority."""
        return f"EPSG:{self.srid}"

    def element(self) -> Element:
        """``spatialrefsys``, by code and, for a QGIS that does not know it, by WKT."""
        crs = pyproj.CRS.from_epsg(self.srid)
        found = Element("spatialrefsys", nativeFormat="Wkt")
        text_element(found, "wkt", crs.to_wkt("WKT2_2019"))
        text_element(found, "srid", str(self.srid))
        text_element(found, "authid", self.authority)
        text_element(found, "description", crs.name)
        return found
