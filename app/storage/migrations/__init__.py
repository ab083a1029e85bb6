"""Revisions of the operational schema."""
