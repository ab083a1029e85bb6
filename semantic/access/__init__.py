"""Who asks, and what they may see: the only way to a plan that may be run."""
