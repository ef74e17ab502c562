"""Shortfall → cause: what would close it, how sure that is, and the evidence, premise by premise."""
