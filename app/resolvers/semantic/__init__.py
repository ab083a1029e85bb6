"""Questions to the semantic layer: asked of its process on behalf of a caller, never past it."""
