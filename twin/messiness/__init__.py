"""How messy a zone is built: one file a metric in ``metrics/``, summed by fixed bounds that no city decides."""
