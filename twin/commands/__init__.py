"""Commands of the twin itself, one file a subject; each module lists them as ``commands``."""
