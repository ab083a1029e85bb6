"""State changes, one function each: lock, decide, store, announce. No SQL and no GraphQL."""
