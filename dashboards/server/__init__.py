"""What the web server answers beside pages: tiles, scores, zones, health."""
