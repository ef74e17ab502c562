"""The page of networks."""

from __future__ import annotations

from pages._markdown import code, document, prose
from twin.discover import discover
from twin.index import Index
from twin.networks.network import Network

INTRODUCTION = "A network is built once a run from whole layers, and read by every batch of zones."


def page() -> str:
    """One section a network: how it is built, from what, for which indices."""
    sections = [_section(each) for each in discover("twin.networks", Network).values()]
    return document("# Networks", INTRODUCTION, *sections)


def _section(network: Network) -> str:
    users = [each.id for each in discover("twin.indices", Index).values() if network.id in each.networks]
    facts = f"Built from: {code(network.layers)}."
    used = f" Used by: {', '.join(f'[`{name}`](indices.md#{name})' for name in users)}." if users else ""
    return document(f"## {network.id}", prose(network.doc), facts + used)
