"""The semantic layer: models in Cube's format over the facts, and one way from them to a number.

It knows nothing of `app`: facts reach it through `sync.source`, callers through `access.principal`.
"""
