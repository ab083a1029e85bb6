"""SQL from plans that were authorised, as sqlglot expressions, for DuckDB and other engines."""
