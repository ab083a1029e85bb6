"""The facts in DuckDB: what they are, how they follow the operational store, and the proof."""
