"""One file an index: what each premise has of it, how its supply stands, and how well a crew gets there."""
