"""Metrics of messiness: one file each, found by itself."""
