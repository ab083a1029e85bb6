"""What the semantic layer reads of the operational store: one snapshot, as Arrow tables."""
