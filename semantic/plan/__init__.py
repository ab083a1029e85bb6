"""From a query and the models to what has to be computed, before any SQL."""
