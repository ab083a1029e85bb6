"""One package for each kind of system; none knows another, nor the engine."""
