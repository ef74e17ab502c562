"""Readers: one file a format, found by itself; ``reader`` says what a reader is."""
