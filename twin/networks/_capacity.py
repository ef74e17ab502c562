"""What a pipe can carry: Manning's formula for a circular pipe that runs full."""

from __future__ import annotations

import numpy as np

from twin.batch import Features, FloatArray, IntArray

ROUGHNESS_N = 0.013
"""Manning's n of concrete and clay pipes in ordinary condition, for pipes that have none (Chow 1959, table 5-6)."""


def full_flow_m3s(pipes: Features, nodes: Features, start: IntArray, end: IntArray, length_m: FloatArray) -> FloatArray:
    """Flow (P,) of each full pipe in m³/s, NaN where it is not known.

    Formula: Q = (1/n) A R^(2/3) S^(1/2), with A = π D²/4 and, for a full circle, R = D/4 (Manning 1891; Chow,
    Open-Channel Hydraulics, 1959, ch. 5). D = ``diameter_mm`` / 1000; n = ``roughness_n``, 0.013 where missing; S =
    ``slope``, where missing the fall of ``invert_m`` from the node where the pipe starts to that where it ends, by its
    length. Not known: without diameter or slope, where the pipe does not fall, and in force mains, which run full by
    pressure.
    """
    diameter, given = pipes.numbers("diameter_mm") / 1000, pipes.numbers("roughness_n")
    roughness = np.where(given > 0, given, ROUGHNESS_N)
    slope = slopes(pipes, nodes, start, end, length_m)
    falls = np.where((slope > 0) & (pipes.words("kind") != "force_main"), slope, np.nan)
    flow: FloatArray = np.pi * diameter**2 / 4 * (diameter / 4) ** (2 / 3) * np.sqrt(falls) / roughness
    return flow


def slopes(pipes: Features, nodes: Features, start: IntArray, end: IntArray, length_m: FloatArray) -> FloatArray:
    """Fall by length of each pipe (P,), as recorded or else from the inverts of its nodes; NaN where not known."""
    recorded = pipes.numbers("slope")
    invert = np.append(nodes.numbers("invert_m"), np.nan)
    fall = np.full(len(pipes), np.nan)
    np.divide(invert[start] - invert[end], length_m, out=fall, where=length_m > 0)
    return np.where(np.isnan(recorded), fall, recorded)
