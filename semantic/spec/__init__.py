"""What models say, as frozen dataclasses: Cube's YAML data model, read but not interpreted."""
