"""What a connector is, to those who write one and to the engine that uses it."""
