"""Reads at the limit: a query becomes one statement whose answer is the JSON text of the response.

`planner` keeps plans; `roots`, `objects` and `pages` walk a selection by what the fields of the
schema declare they read; `statement` compiles the result and binds values. What cannot be planned
is left to the executor, which answers the same.
"""
