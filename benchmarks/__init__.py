"""Figures, one command each; never timed tests."""
