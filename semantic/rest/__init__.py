"""Cube's REST API over the models."""
