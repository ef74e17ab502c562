"""A first recipe for a folder of files: which layer each feeds, in which CRS and encoding, by which columns."""

from pipelines.guess.recipe import Guessed, guess_recipe

__all__ = ["Guessed", "guess_recipe"]
