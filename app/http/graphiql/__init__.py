"""GraphiQL for signed-in users, from this machine alone: nothing is loaded from elsewhere."""
