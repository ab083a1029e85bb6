"""Between GraphQL and the rest: authorise, parse, then call a command or a read."""
