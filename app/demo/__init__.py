"""The demo club: an invented club with three seasons of Sales, the same at every loading."""

CODE = "demo"
"""The code of its organisation."""
