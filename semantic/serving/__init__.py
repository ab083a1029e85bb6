"""The semantic layer as one process runs it: facts, models and the API over them."""
