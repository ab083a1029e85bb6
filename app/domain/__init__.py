"""The rules of the business as pure functions over frozen dataclasses: no I/O, clock or chance."""
