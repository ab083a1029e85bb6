"""The verbs of the `loge` command, one function each, given what the command line said.

A verb answers with its exit code, or raises what `app.verbs.execution` turns into one line.
"""
