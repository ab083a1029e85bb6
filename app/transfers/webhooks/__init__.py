"""Events that go out to partners: written as CloudEvents, signed, and sent where they may go."""
