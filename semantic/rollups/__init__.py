"""Rollups: results kept ready by group, used where they give the numbers that the facts give."""
