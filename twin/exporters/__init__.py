"""Exporters: one file a format, found by itself; ``exporter`` says what an exporter is."""
