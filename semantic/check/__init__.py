"""What a model must be, beyond its form: references resolve, joins lead somewhere, SQL parses."""
