"""What runs for long: the supervisor and the processes that it keeps alive."""
