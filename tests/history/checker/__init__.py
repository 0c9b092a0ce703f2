"""Judges recorded histories: see README.md."""
