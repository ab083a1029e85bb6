"""SQL over views, as tools for PostgreSQL write it, answered by queries of the semantic layer."""
