"""One file an index: pure functions of a batch of zones, arrays in, arrays out."""
