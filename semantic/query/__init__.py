"""Queries in Cube's format: read, checked and put in one normal form."""
