"""What floats on the map: tools, scale bar, whose data it is, the card of the zone pointed at."""

from __future__ import annotations

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import act, aria, data, icon_button
from dashboards.state import View
from dashboards.words import words
from twin.database.published import Frame

SCALE_PX = 140


def city_map(frame: Frame, basemap: str, view: View) -> Component:
    """The map itself; its layers are put in by ``assets/map.js``."""
    centre = view.at[:2] if view.at else ((frame.south + frame.north) / 2, (frame.west + frame.east) / 2)
    under = [dl.TileLayer(url=basemap, opacity=0.35, className="basemap")] if basemap else []
    made: Component = dl.Map(
        [*under, dl.ScaleControl(position="bottomright", imperial=False, maxWidth=SCALE_PX)],
        id="map",
        center=list(centre),
        zoom=view.at[2] if view.at else 12,
        minZoom=6,
        maxZoom=19,
        zoomControl=False,
        attributionControl=False,
        # Where drawing is slow Leaflet's fading leaves tiles of the former zoom under the new ones.
        fadeAnimation=False,
        className="city-map",
    )
    return made


def map_tools(view: View) -> Component:
    """Zoom and fit; on narrow screens the panels too."""
    say = words(view.lang)
    return html.Div(
        [
            icon_button("plus", say("map.zoom_in"), act("zoom", "1"), "wide-only"),
            icon_button("minus", say("map.zoom_out"), act("zoom", "-1"), "wide-only"),
            icon_button("fit", say("map.fit"), act("fit")),
            icon_button("layers", say("map.layers"), act("panel", "layers"), "phone-only"),
        ],
        className="tools float",
        role="group",
        **aria(label=say("map.tools")),
    )


def evidence_legend(view: View) -> Component:
    """The legend of what is drawn as evidence of the selected zone; filled by ``assets/evidence.js``."""
    say = words(view.lang)
    told = data(show=say("evidence.show"), failed=say("part.failed"), again=say("part.again"))
    return html.Div(id="evidence", className="evidence float", hidden=True, **told)


def credits_line(credited: list[str]) -> Component:
    """What sources ask to be shown wherever their data is."""
    return html.Div(" · ".join(credited), className="credits", hidden=not credited)


def hover_card() -> Component:
    """Filled by ``assets/hover.js``; what it says is also said to screen readers when a zone is selected."""
    return html.Div(id="hover", className="zone-tip float", hidden=True, **aria(hidden="true"))
