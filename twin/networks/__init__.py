"""One file a network: what is prepared once a run from whole layers, and read by all batches as arrays."""
