"""Compiled queries run on the store of facts: a cursor each, results as Arrow."""
