"""The plan of Rivertown: maps of letters, one letter a cell, north on top."""

from __future__ import annotations

KINDS = [
    "..LFVLFFLV...",
    ".VIPPGGPMLF..",
    "LIPMIPPGGPPV.",
    "FDPPPPBPIMILF",
    "VDDMPPBBPPIPL",
    "LDPIPOOOPGGMF",
    "FDIPPOOOPPGPV",
    "WKPPMPBPPIKWW",
    "LPMIPPPPMIPGF",
    "FVIPPIMPPPIPL",
    ".LVPGGMPDDMV.",
    "..FLVFPLFDL..",
]
"""P planned, G garden suburb, O old town, I informal, M planned with informal infill, B business, D industry,
L leapfrog estate, V village, F fields, K large park, W wetland, dot: outside the city."""

BROADBAND = [
    "..rrgrrrrr...",
    ".rxfchgfxrr..",
    "rxfxxhofgcsg.",
    "rfffchfgxxxrr",
    "rggxfsffncxfr",
    "rchxf---fghxr",
    "rfxfc---fhcgr",
    "rrgsxffcfxrrr",
    "rcxxhgofxxfgr",
    "rgxhnyxfcfxsr",
    ".rrfgcxfggxg.",
    "..rrrrnrrrr..",
]
"""f complete, g good, c cabinet full, r out of reach, x hindered by access, y hindered but retrofitted, s survey
stale, n survey missing in part, o another obstacle, h roll-out half
done, dash: old town, complete."""

GREEN = [
    "..nnnnnnnn...",
    ".npppppppnn..",
    "nwppncpppppn.",
    "nnpppnppwppnn",
    "nnnpcppppnwpn",
    "nnpnp---ppppn",
    "nnwpp---pcppn",
    "nnpppppppcnnn",
    "nppppccppwppn",
    "nnwppwpppnwpn",
    ".nnpnppppnpn.",
    "..nnnnpnnnn..",
]
"""p public park, n no park, c park that is closed to the public, w park that lies near but behind dead ends,
dash: old town."""

SEWER = [
    "..rrrrrrrr...",
    ".rxfgnfoxrr..",
    "rxsxxffffefr.",
    "rfnfftfgxyxrr",
    "rffyfffffsxtr",
    "rffxs---fffxr",
    "rfxff---qfofr",
    "rrqfxffgqxrrr",
    "rgxxgfffxxegr",
    "rrxsfxyntfxfr",
    ".rrfffxoffxr.",
    "..rrrrerrfr..",
]
"""f complete, g good, e pipes laid but never joined to the rest, q an outfall into the river, t a trunk that is
too small, r no pipe, x hindered by access, y hindered but retrofitted, s records stale, n records missing in part, o
another obstacle, dash: old town, complete."""

TRANSIT = [
    "..rrrrrrrr...",
    ".r.......rr..",
    "rw.........r.",
    "...........rr",
    "r.........w.r",
    "r............",
    "..w.........r",
    ".............",
    "r........w..r",
    ".rw..w......r",
    ".rr.rr.....r.",
    "..rrr..rr.r..",
]
"""r no stop near, w a stop in the middle that blind lanes do not lead to; other letters: a stop within a walk."""

COLUMNS = (640, 560, 480, 440, 430, 420, 420, 420, 430, 450, 500, 560, 620)
"""Widths of the columns in metres, west to east."""

ROWS = (600, 520, 470, 440, 500, 520, 430, 430, 440, 470, 520, 600)
"""Heights of the rows in metres, south to north."""

RIVER_LINE = 5
"""The horizontal grid line that is the river's centre line."""

BRIDGES = (2, 4, 5, 7, 8, 10)
"""Vertical grid lines that cross the river."""

ARTERIAL_COLUMNS = (2, 5, 8, 11)
ARTERIAL_ROWS = (2, 7, 10)
OLD_TOWN_COLUMNS = (5, 8)
OLD_TOWN_ROWS = (5, 7)

BUILT = "PGOIMBD"
"""Kinds of cells that belong to the continuous town."""

ZONE_TYPES = {
    "P": "residential",
    "G": "residential",
    "O": "mixed",
    "I": "residential",
    "M": "residential",
    "B": "commercial",
    "D": "industrial",
    "L": "residential",
    "V": "rural",
    "F": "rural",
    "K": "park",
    "W": "other",
}


def letter(layer: list[str], column: int, row: int) -> str:
    """The letter of a map at a cell, counted from the south-west; a dot outside."""
    if not (0 <= column < len(COLUMNS) and 0 <= row < len(ROWS)):
        return "."
    return layer[len(ROWS) - 1 - row][column]


def is_bare(column: int, row: int) -> bool:
    """Whether a cell of the town, or one beside it, was planned without green: then it has no lawns or yards."""
    around = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    return any(
        letter(GREEN, column + dc, row + dr) == "n" and letter(KINDS, column + dc, row + dr) in BUILT
        for dc, dr in around
    )


def district(column: int, row: int, kind: str) -> str:
    """The district that a cell is part of."""
    if kind == "O":
        return "Old Town"
    if kind in "LVFW" or kind == "K":
        return "Outer Rivertown"
    if row < RIVER_LINE:
        return "South Bank"
    return (
        "West Gate" if column < OLD_TOWN_COLUMNS[0] else "East Gate" if column >= OLD_TOWN_COLUMNS[1] else "North Hill"
    )
