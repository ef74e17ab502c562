"""One file an executor: where the batches of a run are computed."""
