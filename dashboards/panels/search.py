"""Search: zones by code or name."""

from __future__ import annotations

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.panels.bits import aria, icon
from dashboards.state import View
from dashboards.words import words
from twin.database.published import find_zones
from twin.database.store import Store
from twin.errors import TwinError


def search_field(view: View) -> Component:
    """The field in the top bar; `/` goes there."""
    say = words(view.lang)
    return html.Div(
        dmc.Select(
            id="search",
            data=[],
            searchable=True,
            clearable=False,
            placeholder=say("frame.search"),
            nothingFoundMessage=say("frame.search_none"),
            leftSection=icon("search"),
            rightSection=html.Kbd("/"),
            selectFirstOptionOnChange=True,
            maxDropdownHeight=360,
            **aria(label=say("frame.search")),
        ),
        className="search",
        role="search",
    )


def found_zones(store: Store, text: str) -> list[dict[str, str]]:
    """Options for a text: zones whose code or name holds it; none while the store is away."""
    if not text.strip():
        return []
    try:
        with store.read() as connection:
            rows = find_zones(connection, text.strip())
    except TwinError:
        # The bar under the top bar says that the store is away; the field need not say it again.
        return []
    return [
        {"value": row["code"], "label": f"{row['code']}, {row['name']}" if row["name"] else row["code"]} for row in rows
    ]
