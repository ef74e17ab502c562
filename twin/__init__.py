"""What a twin is, and how it thinks: geometry, networks, indices, scores, and the PostGIS that holds them."""

__version__ = "0.1.0"
