"""Exact Globe: eExact XML files that a person imports there, and such files read back."""
