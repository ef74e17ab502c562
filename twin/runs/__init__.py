"""A run: which goals are computed, cut into batches of zones, each checkpointed, so that a run can be resumed."""
