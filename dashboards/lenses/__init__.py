"""Lenses: what the colour of a zone says. One file a lens, found by itself; ``lens`` says what a lens is."""
