"""Generate the sample city Rivertown: ``python data/sample_city/generate.py [FOLDER]``.

Without FOLDER the files beside this one are written anew. The same files come out each time.
A made-up city: no place or person in it is real.
"""

from __future__ import annotations

import sys
from pathlib import Path

from generator.city import build
from generator.handover import hand_over
from generator.handover_networks import hand_over_networks
from generator.house_connections import connect_houses
from generator.people import settle
from generator.pipe_sizes import size
from generator.records import connect, survey
from generator.report import Findings, report
from generator.sewers import lay_sewers
from generator.stops import place_stops
from generator.storm import lay_storm_sewers
from generator.streetgraph import street_graph
from generator.supply import place_cabinets
from generator.trouble import overlap

HERE = Path(__file__).resolve().parent


def generate(out: Path) -> None:
    """Build the city and write its files, its README and the table of planted causes into ``out``."""
    town = build()
    settle(town)
    place_cabinets(town)
    rows = survey(town, connect(town))
    graph = street_graph(town.streets)
    net = lay_sewers(town, graph)
    lay_storm_sewers(net, graph)
    size(town, net)
    connections, stops = connect_houses(town, net), place_stops(town)
    pair = overlap(town.zones)
    broken = hand_over(town, rows, out) + hand_over_networks(town, net, connections, stops, out)
    report(Findings(town, rows, net, connections, stops), broken, pair, out)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
