"""What becomes of extracted rows: pure functions from frames of an extract to rows of the star."""
