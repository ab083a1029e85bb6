"""The GraphQL schema: declarations and descriptions only."""
