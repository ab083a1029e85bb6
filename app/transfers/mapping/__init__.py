"""Mappings: what becomes of a record on its way between two systems. Pure: no store, no network."""
