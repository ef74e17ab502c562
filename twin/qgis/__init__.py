"""A project for QGIS, written from the declarations of layers; QGIS itself is not needed to write it."""
