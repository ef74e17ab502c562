"""Panels: the parts that pages are put together from, one file a panel."""
