"""Overlay, membership, premises and graphs: vectorised geometry that the indices share."""
