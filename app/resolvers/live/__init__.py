"""Live data: one reader of what was committed for each process, and whoever follows it."""
