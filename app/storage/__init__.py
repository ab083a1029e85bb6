"""The operational database: the only package that speaks SQL."""
