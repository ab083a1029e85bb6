"""The engine of transfers: from an event to the other system and back, each step kept."""
